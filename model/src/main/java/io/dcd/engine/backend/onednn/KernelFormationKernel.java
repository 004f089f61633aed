package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.onednn.vector.DynamicVectors;
import io.dcd.engine.operation.KernelFormation;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.dnnl.memory;

/**
 * K = [F·diag(λ); bᵀ] + Q·(Φ + I)ᵀ·P, sample by sample. Of Q·(Φ + I)ᵀ and (Φ + I)ᵀ·P the smaller is formed first, so that
 * what is left is one product; a large one is oneDNN's.
 */
final class KernelFormationKernel {
    /** From here on a call of the library is less than the loops take (measured: they do about 20 in a nanosecond). */
    private static final long LARGE_PRODUCT = 60_000;

    private final KernelFormation operation;
    private final KernelBuilder builder;
    private final int rows;
    private final int columns;

    private KernelFormationKernel(KernelFormation operation, KernelBuilder builder) {
        this.operation = operation;
        this.builder = builder;
        rows = operation.rows();
        columns = operation.columns();
    }

    static void forward(KernelFormation operation, KernelBuilder builder) {
        KernelFormationKernel kernel = new KernelFormationKernel(operation, builder);
        for (int n = 0; n < builder.samples(); n++) {
            kernel.addConstantPart(n);
            int sample = n;
            operation.fusion().ifPresent(fusion -> kernel.addResidual(fusion, sample));
        }
    }

    private void addConstantPart(int sample) {
        ByteBuffer kernel = NativeBuffer.of(kernel(sample)).bytes();
        FloatBuffer values = NativeBuffer.of(kernel(sample)).floats();
        float[] fixed = builder.array(operation.fixed());
        float[] bias = builder.array(operation.bias());
        FloatBuffer coefficients = coefficients(sample);
        float[] factors = new float[columns];
        Arrays.fill(factors, 1);
        boolean attention = operation.attention();
        builder.add(() -> {
            if (attention) {
                coefficients.get(0, factors);
            }
            DynamicVectors.scale(factors, fixed, rows - 1, columns, kernel);
            values.put((rows - 1) * columns, bias);
        });
    }

    private void addResidual(KernelFormation.Fusion fusion, int sample) {
        int latent = fusion.latent();
        int width = fusion.right().shape().get(1);
        boolean rightFirst = width <= columns;
        FloatBuffer coefficients = coefficients(sample);
        float[] phi = new float[latent * latent];
        float[] factor = builder.array(rightFirst ? fusion.right() : fusion.left());
        float[] combined = new float[latent * Math.min(width, columns)];
        int rowStep = rightFirst ? latent : 1;
        int columnStep = rightFirst ? 1 : latent;
        builder.add(() -> {
            coefficients.get(fusion.offset(), phi);
            for (int i = 0; fusion.identity() && i < latent; i++) {
                phi[i * latent + i] += 1;
            }
            DynamicVectors.combine(phi, rowStep, columnStep, latent, factor, Math.min(width, columns), combined);
        });
        if ((long) rows * columns * latent >= LARGE_PRODUCT) {
            addLargeProduct(fusion, sample, combined, rightFirst);
            return;
        }
        ByteBuffer kernel = NativeBuffer.of(kernel(sample)).bytes();
        float[] s = rightFirst ? combined : builder.array(fusion.right());
        float[] v = rightFirst ? builder.array(fusion.left()) : combined;
        builder.add(() -> DynamicVectors.addProduct(s, width, v, latent, rows, columns, kernel));
    }

    private void addLargeProduct(KernelFormation.Fusion fusion, int sample, float[] combined, boolean rightFirst) {
        NativeBuffer copy = builder.keptBuffer(combined.length);
        builder.add(() -> copy.write(combined));
        int width = fusion.right().shape().get(1);
        Buffer s = rightFirst ? copy : builder.memory().parameter(fusion.right());
        Buffer v = rightFirst ? builder.memory().parameter(fusion.left()) : copy;
        memory result = builder.at(kernel(sample), Layouts.matrix(rows, columns));
        builder.add(builder.product(
                builder.at(s, Layouts.transposedColumns(rows, width, fusion.latent())),
                builder.at(v, Layouts.matrix(fusion.latent(), columns)),
                result,
                builder.adding()));
    }

    private Buffer kernel(int sample) {
        return sample(builder.memory().value(operation.output()), sample, rows * columns);
    }

    private FloatBuffer coefficients(int sample) {
        Buffer values = builder.memory().value(operation.coefficients());
        return NativeBuffer.of(
                        sample(values, sample, operation.coefficients().shape().elements()))
                .floats();
    }

    private static Buffer sample(Buffer values, int sample, int elements) {
        return values.slice((long) sample * elements, elements);
    }
}
