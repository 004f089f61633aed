package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.onednn.vector.DynamicVectors;
import io.dcd.engine.operation.DynamicCoefficients;
import io.dcd.engine.operation.KernelFormation;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.dnnl.memory;

/**
 * Q·(Φ + I)ᵀ·P of one sample after the other. Of Q·(Φ + I)ᵀ and (Φ + I)ᵀ·P the one that takes less is formed first; the
 * product that is left is oneDNN's where it is large.
 */
final class FormedResidual {
    /** Multiply-adds from which on the library is faster: it does 35 in a nanosecond, the loops 25, but twice moves K. */
    private static final long LARGE_PRODUCT = 500_000;

    private final KernelFormation.Fusion fusion;
    private final int rows;
    private final int columns;
    private final int phiStride;
    private final float[] phi;
    private final boolean leftFirst;
    private final float[] combined;
    private final float[] left;
    private final float[] right;
    /** The left factor of the last product and the distance of its rows, and the right factor. */
    private final float[] a;

    private final int stride;
    private final float[] b;
    private final Runnable[] products;

    FormedResidual(KernelFormation operation, KernelFormation.Fusion fusion, KernelBuilder builder) {
        this.fusion = fusion;
        rows = operation.rows();
        columns = operation.columns();
        int latent = fusion.latent();
        phiStride = DynamicCoefficients.padded(latent);
        phi = new float[latent * phiStride];
        left = builder.array(fusion.left());
        right = builder.array(fusion.right());
        leftFirst = (long) latent * columns <= (long) rows * phiStride;
        combined = new float
                [leftFirst ? DynamicVectors.wholeRows(latent) * columns : DynamicVectors.wholeRows(rows) * phiStride];
        a = leftFirst ? right : combined;
        stride = leftFirst ? latent : phiStride;
        b = leftFirst ? combined : left;
        products = (long) rows * columns * latent < LARGE_PRODUCT ? new Runnable[0] : products(operation, builder);
    }

    private Runnable[] products(KernelFormation operation, KernelBuilder builder) {
        NativeBuffer copy = builder.keptBuffer(combined.length);
        int latent = fusion.latent();
        Buffer factor = leftFirst ? builder.memory().parameter(fusion.right()) : copy;
        memory x = builder.strided(factor, Layouts.strided(new long[] {rows, latent}, stride, 1));
        memory y = builder.at(
                leftFirst ? copy : builder.memory().parameter(fusion.left()), Layouts.matrix(latent, columns));
        Runnable[] all = new Runnable[builder.samples()];
        long elements = (long) rows * columns;
        for (int n = 0; n < all.length; n++) {
            Buffer kernel = builder.memory().value(operation.output()).slice(n * elements, elements);
            Runnable product =
                    builder.product(x, y, builder.at(kernel, Layouts.matrix(rows, columns)), builder.adding());
            all[n] = () -> {
                copy.write(combined);
                product.run();
            };
        }
        return all;
    }

    /** Takes Φ of a sample from its coefficients, which begin at {@code first}. */
    void combine(FloatBuffer coefficients, int first) {
        int latent = fusion.latent();
        for (int i = 0; i < latent; i++) {
            coefficients.get(first + fusion.offset() + i * latent, phi, i * phiStride, latent);
            if (fusion.identity()) {
                phi[i * phiStride + i] += 1;
            }
        }
        Arrays.fill(combined, 0);
        if (leftFirst) {
            DynamicVectors.addProduct(phi, 0, phiStride, latent, left, latent, columns, combined);
        } else {
            DynamicVectors.addProduct(right, 0, latent, latent, phi, rows, phiStride, combined);
        }
    }

    /** Adds the residual to {@code count} rows, unless it is the library's. */
    void addTo(float[] kernel, int first, int count) {
        if (products.length == 0) {
            DynamicVectors.addProduct(a, first * stride, stride, fusion.latent(), b, count, columns, kernel);
        }
    }

    /** Adds the residual to the kernel of a sample, if it is the library's. */
    void addTo(int sample) {
        if (products.length > 0) {
            products[sample].run();
        }
    }
}
