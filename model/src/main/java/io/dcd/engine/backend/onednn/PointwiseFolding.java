package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.KernelMemory;
import java.nio.FloatBuffer;

/** Writes a ⊙ B_n, with a ⊙ (κ_n − μ) + β in the row of the constant, for the samples of a slice. */
final class PointwiseFolding implements Runnable {
    private final int first;
    private final int end;
    private final int constant;
    private final int outputs;
    private final int size;
    private final FloatBuffer kernels;
    private final FloatBuffer folded;
    private final float[] factor;
    private final double[] mean;
    private final FloatBuffer shift;
    private final double[][] levels;
    private final float[] kernel;

    PointwiseFolding(NormalizedPointwiseReduction reduction, KernelMemory memory) {
        PointwiseMatrices matrices = reduction.matrices();
        first = memory.firstSample();
        end = first + memory.samples();
        constant = matrices.constant();
        outputs = matrices.outputs();
        size = matrices.size();
        kernels = matrices.kernels().floats();
        folded = matrices.folded().floats();
        factor = reduction.factor();
        mean = reduction.mean();
        shift = reduction.shift();
        levels = matrices.levels();
        kernel = new float[size];
    }

    @Override
    public void run() {
        for (int n = first; n < end; n++) {
            kernels.get(n * size, kernel);
            for (int k = 0; k < constant; k++) {
                int begin = k * outputs;
                for (int o = 0; o < outputs; o++) {
                    kernel[begin + o] *= factor[o];
                }
            }
            int begin = constant * outputs;
            for (int o = 0; o < outputs; o++) {
                kernel[begin + o] = (float) (factor[o] * (levels[n][o] - mean[o]) + shift.get(o));
            }
            folded.put(n * size, kernel);
        }
    }
}
