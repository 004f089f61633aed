package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.Spread;
import java.nio.FloatBuffer;

/** y[n,c] = x[n,k]; dx[n,k] = Σ_c dy[n,c]. */
final class SpreadKernel {
    private SpreadKernel() {}

    static void forward(Spread operation, KernelBuilder builder) {
        KernelMemory memory = builder.memory();
        FloatBuffer x = NativeBuffer.of(memory.value(operation.input())).floats();
        FloatBuffer y = NativeBuffer.of(memory.value(operation.output())).floats();
        int values = operation.input().shape().channels();
        int channels = operation.output().shape().channels();
        builder.add(() -> {
            for (int n = 0; n < memory.samples(); n++) {
                float value = x.get(n * values + operation.index());
                for (int c = 0; c < channels; c++) {
                    y.put(n * channels + c, value);
                }
            }
        });
    }

    static void backward(Spread operation, KernelBuilder builder) {
        KernelMemory memory = builder.memory();
        GradientMode mode = memory.gradientMode(operation.input());
        if (mode == GradientMode.NONE) {
            return;
        }
        FloatBuffer dy = NativeBuffer.of(memory.gradient(operation.output())).floats();
        FloatBuffer dx = NativeBuffer.of(memory.gradient(operation.input())).floats();
        int values = operation.input().shape().channels();
        int channels = operation.output().shape().channels();
        builder.add(() -> {
            for (int n = 0; n < memory.samples(); n++) {
                double sum = 0;
                for (int c = 0; c < channels; c++) {
                    sum += dy.get(n * channels + c);
                }
                for (int k = 0; k < values; k++) {
                    double before = mode == GradientMode.ACCUMULATE ? dx.get(n * values + k) : 0;
                    dx.put(n * values + k, (float) (before + (k == operation.index() ? sum : 0)));
                }
            }
        });
    }
}
