package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.onednn.vector.DynamicVectors;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.DynamicCoefficients;
import java.nio.FloatBuffer;

/** The branch of a dynamic layer, sample by sample: vector loops, since its products are too small for calls of a library. */
final class DynamicCoefficientsKernel {
    private final DynamicCoefficients operation;
    private final int samples;
    private final FloatBuffer y;
    private final Matrix first;
    private final Matrix second;
    private final Matrix attention;
    private final Matrix fusion;
    private final WindowAverages averages;

    /** A matrix, one row for each of its inputs, and the place of what it yields; empty where the layer has none. */
    private record Matrix(int inputs, int outputs, float[] weights, float[] result) {
        static Matrix of(Parameter parameter, KernelBuilder builder) {
            int outputs = parameter.shape().get(1);
            return new Matrix(parameter.shape().get(0), outputs, builder.array(parameter), new float[outputs]);
        }

        static Matrix none() {
            return new Matrix(0, 0, new float[0], new float[0]);
        }

        float[] times(float[] vector) {
            DynamicVectors.product(vector, inputs, weights, outputs, result);
            return result;
        }
    }

    private DynamicCoefficientsKernel(DynamicCoefficients operation, KernelBuilder builder) {
        this.operation = operation;
        samples = builder.samples();
        y = NativeBuffer.of(builder.memory().value(operation.output())).floats();
        first = Matrix.of(operation.first(), builder);
        second = Matrix.of(operation.second(), builder);
        attention = operation
                .attention()
                .map(parameter -> Matrix.of(parameter, builder))
                .orElseGet(Matrix::none);
        fusion = operation
                .fusion()
                .map(parameter -> Matrix.of(parameter, builder))
                .orElseGet(Matrix::none);
        averages = new WindowAverages(
                NativeBuffer.of(builder.memory().value(operation.input())).floats(),
                operation.input().shape(),
                operation.pooling());
    }

    static void forward(DynamicCoefficients operation, KernelBuilder builder) {
        DynamicCoefficientsKernel kernel = new DynamicCoefficientsKernel(operation, builder);
        builder.add(kernel::run);
    }

    private void run() {
        int width = operation.output().shape().elements();
        for (int n = 0; n < samples; n++) {
            float[] h = first.times(averages.of(n));
            float[] gate = second.times(h);
            for (int i = 0; i < h.length; i++) {
                h[i] *= doubleHardSigmoid(gate[i]);
            }
            float[] lambda = attention.times(h);
            for (int i = 0; i < lambda.length; i++) {
                lambda[i] = doubleHardSigmoid(lambda[i]);
            }
            y.put(n * width, lambda);
            y.put(n * width + operation.fusionOffset(), fusion.times(h));
        }
    }

    /** As {@link Activation#DOUBLE_HARD_SIGMOID}. */
    private static float doubleHardSigmoid(float t) {
        return Math.min(Math.max(t + 3, 0), 6) * (1f / 3);
    }
}
