package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.Softmax;
import java.nio.FloatBuffer;

/** y_k = exp(x_k/τ)/Σ_j exp(x_j/τ); dx_k = y_k·(dy_k − Σ_j dy_j·y_j)/τ. Its vectors hold a handful of values: plain loops. */
final class SoftmaxKernel {
    private SoftmaxKernel() {}

    static void forward(Softmax operation, KernelBuilder builder) {
        KernelMemory memory = builder.memory();
        FloatBuffer x = floats(memory.value(operation.input()));
        FloatBuffer y = floats(memory.value(operation.output()));
        FloatBuffer temperature = floats(memory.parameter(operation.temperature()));
        int classes = operation.input().shape().channels();
        builder.add(() -> {
            for (int first = 0; first < y.limit(); first += classes) {
                float largest = x.get(first);
                for (int k = first + 1; k < first + classes; k++) {
                    largest = Math.max(largest, x.get(k));
                }
                double sum = 0;
                for (int k = first; k < first + classes; k++) {
                    float power = (float) Math.exp((x.get(k) - largest) / temperature.get(0));
                    y.put(k, power);
                    sum += power;
                }
                for (int k = first; k < first + classes; k++) {
                    y.put(k, (float) (y.get(k) / sum));
                }
            }
        });
    }

    static void backward(Softmax operation, KernelBuilder builder) {
        KernelMemory memory = builder.memory();
        GradientMode mode = memory.gradientMode(operation.input());
        if (mode == GradientMode.NONE) {
            return;
        }
        FloatBuffer y = floats(memory.value(operation.output()));
        FloatBuffer dy = floats(memory.gradient(operation.output()));
        FloatBuffer dx = floats(memory.gradient(operation.input()));
        FloatBuffer temperature = floats(memory.parameter(operation.temperature()));
        int classes = operation.input().shape().channels();
        boolean accumulates = mode == GradientMode.ACCUMULATE;
        builder.add(() -> {
            for (int first = 0; first < y.limit(); first += classes) {
                double mean = 0;
                for (int k = first; k < first + classes; k++) {
                    mean += (double) dy.get(k) * y.get(k);
                }
                for (int k = first; k < first + classes; k++) {
                    double gradient = y.get(k) * (dy.get(k) - mean) / temperature.get(0);
                    dx.put(k, (float) (accumulates ? dx.get(k) + gradient : gradient));
                }
            }
        });
    }

    private static FloatBuffer floats(Buffer buffer) {
        return NativeBuffer.of(buffer).floats();
    }
}
