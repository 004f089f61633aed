package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.Convolution;
import io.dcd.engine.operation.NormalizedPointwise;
import java.nio.FloatBuffer;
import java.util.List;

/** [W | P]ᵀ of a {@link NormalizedPointwiseKernel}, read from the flat vector, and the way back for its gradient. */
final class PointwiseWeights {
    private final int inputs;
    private final int outputs;
    private final int constant;
    private final List<FloatBuffer> weights;
    private final List<FloatBuffer> gradients;
    private final float[] rows;

    PointwiseWeights(NormalizedPointwise operation, PointwiseMatrices matrices, KernelMemory memory) {
        inputs = matrices.inputs();
        outputs = matrices.outputs();
        constant = matrices.constant();
        rows = new float[constant * outputs];
        List<Convolution> convolutions = operation.parts().stream()
                .filter(Convolution.class::isInstance)
                .map(Convolution.class::cast)
                .toList();
        weights = convolutions.stream()
                .map(part -> NativeBuffer.of(memory.parameter(part.weights())).floats())
                .toList();
        gradients = convolutions.stream()
                .map(part -> NativeBuffer.of(memory.parameterGradient(part.weights()))
                        .floats())
                .toList();
    }

    /** Reads and returns [W | P]ᵀ, row-major with a row for each input. */
    float[] read() {
        for (int part = 0; part < weights.size(); part++) {
            FloatBuffer source = weights.get(part);
            int columns = columns(part);
            int firstRow = part * inputs;
            for (int o = 0; o < outputs; o++) {
                for (int i = 0; i < columns; i++) {
                    rows[(firstRow + i) * outputs + o] = source.get(o * columns + i);
                }
            }
        }
        return rows;
    }

    /** Adds a gradient laid out as what {@link #read} returns. */
    void addGradient(float[] gradient) {
        for (int part = 0; part < gradients.size(); part++) {
            FloatBuffer target = gradients.get(part);
            int columns = columns(part);
            int firstRow = part * inputs;
            for (int o = 0; o < outputs; o++) {
                for (int i = 0; i < columns; i++) {
                    int index = o * columns + i;
                    target.put(index, target.get(index) + gradient[(firstRow + i) * outputs + o]);
                }
            }
        }
    }

    private int columns(int part) {
        return part == 0 ? inputs : constant - inputs;
    }
}
