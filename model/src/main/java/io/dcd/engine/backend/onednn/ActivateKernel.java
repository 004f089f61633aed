package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.operation.Activate;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/** y = f(x), dx = f′·dy. */
final class ActivateKernel {
    private ActivateKernel() {}

    static void forward(Activate operation, KernelBuilder builder) {
        desc layout = layout(operation, builder);
        new Activations(builder)
                .forward(
                        operation.activation(),
                        builder.value(operation.input(), layout),
                        builder.value(operation.output(), layout))
                .forEach(builder::add);
    }

    static void backward(Activate operation, KernelBuilder builder) {
        if (!builder.needsGradient(operation.input())) {
            return;
        }
        desc layout = layout(operation, builder);
        memory y = builder.value(operation.output(), layout);
        memory dy = builder.gradient(operation.output(), layout);
        memory dx = builder.gradient(operation.input(), layout);
        boolean accumulates = builder.memory().gradientMode(operation.input()) == GradientMode.ACCUMULATE;
        // Nobody reads dy after this kernel, so the contribution may be formed in its place.
        new Activations(builder)
                .backward(operation.activation(), y, dy, accumulates ? dy : dx)
                .forEach(builder::add);
        if (accumulates) {
            builder.add(builder.binary(algorithm.binary_add, dx, dy, dx, builder.attributes()));
        }
    }

    private static desc layout(Activate operation, KernelBuilder builder) {
        return Layouts.matrix(builder.samples(), operation.input().shape().elements());
    }
}
