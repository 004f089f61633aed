package io.dcd.engine.backend.onednn;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.Scale;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/** y = f·x, dx = f·dy, df = Σ over positions of dy·x: a product with a row of ones, since oneDNN's reduction is slow. */
final class ScaleKernel {
    private ScaleKernel() {}

    static void build(Scale operation, KernelBuilder builder) {
        int batch = builder.batch();
        Shape shape = operation.input().shape();
        desc layout = Layouts.featureMap(batch, shape);
        memory x = builder.value(operation.input(), layout);
        memory factor = builder.value(operation.factor(), Layouts.channelFactors(batch, shape.channels()));
        builder.forward(builder.binary(
                algorithm.binary_mul, x, factor, builder.value(operation.output(), layout), builder.attributes()));
        if (!builder.training()) {
            return;
        }
        memory dy = builder.gradient(operation.output(), layout);
        if (builder.needsGradient(operation.input())) {
            builder.backward(builder.binary(
                    algorithm.binary_mul,
                    dy,
                    factor,
                    builder.gradient(operation.input(), layout),
                    builder.attributes(builder.accumulation(operation.input()))));
        }
        if (builder.needsGradient(operation.factor())) {
            // Nobody reads dy after this kernel, so the product with x may take its place.
            builder.backward(builder.binary(algorithm.binary_mul, dy, x, dy, builder.attributes()));
            builder.backward(builder.product(
                    builder.constant(Layouts.matrices(1, 1, shape.positions()), 1),
                    builder.gradient(operation.output(), Layouts.matrices(batch, shape.positions(), shape.channels())),
                    builder.gradient(operation.factor(), Layouts.matrices(batch, 1, shape.channels())),
                    builder.attributes(builder.accumulation(operation.factor()))));
        }
    }
}
