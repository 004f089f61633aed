package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.GramMatrix;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.post_ops;

/** G = X̃ᵀ·X̃ and dX̃ = 2·X̃·dG, sample by sample; the last column of X̃ is a constant, whose gradient is left out. */
final class GramMatrixKernel {
    private GramMatrixKernel() {}

    static void forward(GramMatrix operation, KernelBuilder builder) {
        int positions = operation.input().shape().positions();
        int channels = operation.input().shape().channels();
        int samples = builder.samples();
        builder.add(builder.product(
                builder.value(operation.input(), Layouts.transposedMatrices(samples, channels, positions)),
                builder.value(operation.input(), Layouts.matrices(samples, positions, channels)),
                builder.value(operation.output(), Layouts.matrices(samples, channels, channels)),
                builder.attributes()));
    }

    static void backward(GramMatrix operation, KernelBuilder builder) {
        Tensor input = operation.input();
        if (!builder.needsGradient(input)) {
            return;
        }
        int positions = input.shape().positions();
        int channels = input.shape().channels();
        post_ops twice = new post_ops();
        twice.append_eltwise(algorithm.eltwise_linear, 2, 0);
        if (builder.memory().gradientMode(input) == GradientMode.ACCUMULATE) {
            twice.append_sum();
        }
        builder.add(builder.product(
                builder.value(input, Layouts.matrices(builder.samples(), positions, channels)),
                builder.gradient(
                        operation.output(),
                        Layouts.leadingColumns(builder.samples(), channels, channels, channels - 1)),
                builder.gradient(input, Layouts.leadingColumns(builder.samples(), positions, channels, channels - 1)),
                builder.attributes(twice)));
    }
}
