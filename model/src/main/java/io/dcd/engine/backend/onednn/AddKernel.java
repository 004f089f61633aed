package io.dcd.engine.backend.onednn;

import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Add;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/** y = a + b, da = db = dy. */
final class AddKernel {
    private AddKernel() {}

    static void forward(Add operation, KernelBuilder builder) {
        desc layout = layout(operation, builder);
        builder.add(builder.binary(
                algorithm.binary_add,
                builder.value(operation.left(), layout),
                builder.value(operation.right(), layout),
                builder.value(operation.output(), layout),
                builder.attributes()));
    }

    static void backward(Add operation, KernelBuilder builder) {
        for (Tensor input : operation.inputs()) {
            passOn(operation.output(), input, layout(operation, builder), builder);
        }
    }

    private static desc layout(Add operation, KernelBuilder builder) {
        return Layouts.matrix(builder.samples(), operation.output().shape().elements());
    }

    private static void passOn(Tensor output, Tensor input, desc layout, KernelBuilder builder) {
        switch (builder.memory().gradientMode(input)) {
            case NONE -> {}
            case OVERWRITE ->
                builder.add(builder.copy(builder.gradient(output, layout), builder.gradient(input, layout)));
            case ACCUMULATE -> {
                memory sum = builder.gradient(input, layout);
                builder.add(builder.binary(
                        algorithm.binary_add, sum, builder.gradient(output, layout), sum, builder.attributes()));
            }
        }
    }
}
