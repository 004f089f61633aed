package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.onednn.vector.DynamicVectors;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.DynamicCoefficients;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** The branch of a dynamic layer, sample by sample in vector loops: its products are too small for calls of a library. */
final class DynamicCoefficientsKernel {
    private final DynamicCoefficients operation;
    private final Shape shape;
    private final int samples;
    private final ByteBuffer x;
    private final FloatBuffer y;
    private final Matrix first;
    private final Matrix second;
    private final Matrix attention;
    private final Matrix fusion;
    private final float[] sums;
    private final float[] pooled;

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
        shape = operation.input().shape();
        samples = builder.samples();
        x = NativeBuffer.of(builder.memory().value(operation.input())).bytes();
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
        sums = new float[DynamicVectors.period(shape.channels())];
        pooled = new float[operation.pooling() * operation.pooling() * shape.channels()];
    }

    static void forward(DynamicCoefficients operation, KernelBuilder builder) {
        DynamicCoefficientsKernel kernel = new DynamicCoefficientsKernel(operation, builder);
        builder.add(kernel::run);
    }

    private void run() {
        int width = operation.output().shape().elements();
        for (int n = 0; n < samples; n++) {
            pool(n);
            float[] h = first.times(pooled);
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

    private void pool(int sample) {
        int pooling = operation.pooling();
        for (int p = 0; p < pooling; p++) {
            int top = p * shape.height() / pooling;
            int bottom = ((p + 1) * shape.height() + pooling - 1) / pooling;
            for (int q = 0; q < pooling; q++) {
                int left = q * shape.width() / pooling;
                int right = ((q + 1) * shape.width() + pooling - 1) / pooling;
                average(sample, top, bottom, left, right, (p * pooling + q) * shape.channels());
            }
        }
    }

    private void average(int sample, int top, int bottom, int left, int right, int target) {
        int channels = shape.channels();
        Arrays.fill(sums, 0);
        if (right - left == shape.width()) { // whole rows follow each other without a gap
            int begin = (sample * shape.height() + top) * shape.width() * channels;
            DynamicVectors.addTo(sums, x, begin, (bottom - top) * shape.width() * channels);
        } else {
            for (int row = top; row < bottom; row++) {
                int begin = ((sample * shape.height() + row) * shape.width() + left) * channels;
                DynamicVectors.addTo(sums, x, begin, (right - left) * channels);
            }
        }
        float share = 1f / ((bottom - top) * (right - left));
        for (int c = 0; c < channels; c++) {
            float sum = 0;
            for (int i = c; i < sums.length; i += channels) {
                sum += sums[i];
            }
            pooled[target + c] = sum * share;
        }
    }
}
