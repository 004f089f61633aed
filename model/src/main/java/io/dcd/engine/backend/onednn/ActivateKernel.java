package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.operation.Activate;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/** y = f(x), dx = f′·dy. */
final class ActivateKernel {
    private ActivateKernel() {}

    static void build(Activate operation, KernelBuilder builder) {
        desc layout = Layouts.matrix(builder.batch(), operation.input().shape().elements());
        Activations activations = new Activations(builder);
        memory y = builder.value(operation.output(), layout);
        activations
                .forward(operation.activation(), builder.value(operation.input(), layout), y)
                .forEach(builder::forward);
        if (!builder.training() || !builder.needsGradient(operation.input())) {
            return;
        }
        memory dy = builder.gradient(operation.output(), layout);
        memory dx = builder.gradient(operation.input(), layout);
        boolean accumulates = builder.memory().gradientMode(operation.input()) == GradientMode.ACCUMULATE;
        // Nobody reads dy after this kernel, so the contribution may be formed in its place.
        activations
                .backward(operation.activation(), y, dy, accumulates ? dy : dx)
                .forEach(builder::backward);
        if (accumulates) {
            builder.backward(builder.binary(algorithm.binary_add, dx, dy, dx, builder.attributes()));
        }
    }
}
