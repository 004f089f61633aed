package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.onednn.vector.DynamicVectors;
import io.dcd.engine.operation.KernelFormation;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * K = [F·diag(λ); bᵀ] + Q·(Φ + I)ᵀ·P, sample by sample. A few rows of K at a time are formed in an array, which loops are
 * faster on, and copied out.
 */
final class KernelFormationKernel {
    /** The values formed at a time: 8 KiB stay in the nearest cache. */
    private static final int TILE = 2048;

    private final KernelFormation operation;
    private final int samples;
    private final int rows;
    private final int columns;
    private final FloatBuffer coefficients;
    private final FloatBuffer kernels;
    private final float[] fixed;
    private final float[] bias;
    private final float[] factors;
    private final Optional<FormedResidual> residual;
    private final int tileRows;
    private final float[] tile;

    private KernelFormationKernel(KernelFormation operation, KernelBuilder builder) {
        this.operation = operation;
        samples = builder.samples();
        rows = operation.rows();
        columns = operation.columns();
        coefficients = NativeBuffer.of(builder.memory().value(operation.coefficients()))
                .floats();
        kernels = NativeBuffer.of(builder.memory().value(operation.output())).floats();
        fixed = builder.array(operation.fixed());
        bias = builder.array(operation.bias());
        factors = new float[columns];
        Arrays.fill(factors, 1);
        residual = operation.fusion().map(fusion -> new FormedResidual(operation, fusion, builder));
        tileRows = DynamicVectors.wholeRows(Math.max(TILE / columns, 1));
        tile = new float[tileRows * columns];
    }

    static void forward(KernelFormation operation, KernelBuilder builder) {
        KernelFormationKernel kernel = new KernelFormationKernel(operation, builder);
        builder.add(kernel::run);
    }

    private void run() {
        int width = operation.coefficients().shape().elements();
        for (int n = 0; n < samples; n++) {
            if (operation.attention()) {
                coefficients.get(n * width, factors);
            }
            if (residual.isPresent()) {
                residual.get().combine(coefficients, n * width);
            }
            for (int row = 0; row < rows; row += tileRows) {
                int count = Math.min(tileRows, rows - row);
                fill(row, count);
                if (residual.isPresent()) {
                    residual.get().addTo(tile, row, count);
                }
                kernels.put((n * rows + row) * columns, tile, 0, count * columns);
            }
            if (residual.isPresent()) {
                residual.get().addTo(n);
            }
        }
    }

    /** Begins {@code count} rows with F·diag(λ), and b in the last one of all. */
    private void fill(int first, int count) {
        int scaled = Math.min(count, rows - 1 - first);
        DynamicVectors.scale(factors, fixed, first, scaled, columns, tile);
        if (scaled < count) {
            System.arraycopy(bias, 0, tile, scaled * columns, columns);
            Arrays.fill(tile, count * columns, DynamicVectors.wholeRows(count) * columns, 0);
        }
    }
}
