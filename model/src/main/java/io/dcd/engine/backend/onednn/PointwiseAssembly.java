package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.NormalizedPointwise;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** Writes B_n = [λ_n ⊙ W | P | 0]ᵀ and κ_n = m_n·B_n for the samples of a slice. */
final class PointwiseAssembly implements Runnable {
    private final int first;
    private final int samples;
    private final int inputs;
    private final int constant;
    private final int outputs;
    private final int size;
    private final PointwiseWeights weights;
    private final FloatBuffer attention;
    private final FloatBuffer kernels;
    private final float[] kernel;
    private final float[] factors;
    private final float[][] pivots;
    private final double[][] levels;

    PointwiseAssembly(NormalizedPointwise operation, PointwiseMatrices matrices, KernelMemory memory) {
        first = memory.firstSample();
        samples = memory.samples();
        inputs = matrices.inputs();
        constant = matrices.constant();
        outputs = matrices.outputs();
        size = matrices.size();
        weights = new PointwiseWeights(operation, matrices, memory);
        attention =
                NativeBuffer.of(memory.value(operation.attention().factor())).floats();
        kernels = matrices.kernels().floats();
        kernel = new float[size];
        factors = new float[outputs];
        pivots = matrices.pivots();
        levels = matrices.levels();
    }

    @Override
    public void run() {
        float[] rows = weights.read();
        System.arraycopy(rows, 0, kernel, 0, rows.length);
        for (int n = 0; n < samples; n++) {
            attention.get(n * outputs, factors);
            for (int i = 0; i < inputs; i++) {
                int begin = i * outputs;
                for (int o = 0; o < outputs; o++) {
                    kernel[begin + o] = rows[begin + o] * factors[o];
                }
            }
            kernels.put((first + n) * size, kernel);
            multiply(pivots[first + n], levels[first + n]);
        }
    }

    private void multiply(float[] pivot, double[] level) {
        Arrays.fill(level, 0);
        for (int k = 0; k < constant; k++) {
            int begin = k * outputs;
            double m = pivot[k];
            for (int o = 0; o < outputs; o++) {
                level[o] += m * kernel[begin + o];
            }
        }
    }
}
