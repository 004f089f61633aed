package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.NormalizedPointwise;
import java.nio.FloatBuffer;

/** Writes B = [λ_n ⊙ W | P | 0]ᵀ for the samples of a slice. */
final class PointwiseAssembly implements Runnable {
    private final int first;
    private final int samples;
    private final int inputs;
    private final int outputs;
    private final int size;
    private final PointwiseWeights weights;
    private final FloatBuffer attention;
    private final FloatBuffer kernels;
    private final float[] kernel;
    private final float[] factors;

    PointwiseAssembly(NormalizedPointwise operation, PointwiseMatrices matrices, KernelMemory memory) {
        first = memory.firstSample();
        samples = memory.samples();
        inputs = matrices.inputs();
        outputs = matrices.outputs();
        size = matrices.size();
        weights = new PointwiseWeights(operation, matrices, memory);
        attention =
                NativeBuffer.of(memory.value(operation.attention().factor())).floats();
        kernels = matrices.kernels().floats();
        kernel = new float[size];
        factors = new float[outputs];
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
        }
    }
}
