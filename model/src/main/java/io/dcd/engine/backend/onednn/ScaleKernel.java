package io.dcd.engine.backend.onednn;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.Scale;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/** y = f·x, dx = f·dy, df = Σ over positions of dy·x: a product with a row of ones, since oneDNN's reduction is slow. */
final class ScaleKernel {
    private ScaleKernel() {}

    static void forward(Scale operation, KernelBuilder builder) {
        Shape shape = operation.input().shape();
        desc layout = Layouts.featureMap(builder.samples(), shape);
        builder.add(builder.binary(
                algorithm.binary_mul,
                builder.value(operation.input(), layout),
                builder.value(operation.factor(), Layouts.channelFactors(builder.samples(), shape.channels())),
                builder.value(operation.output(), layout),
                builder.attributes()));
    }

    static void backward(Scale operation, KernelBuilder builder) {
        int samples = builder.samples();
        Shape shape = operation.input().shape();
        desc layout = Layouts.featureMap(samples, shape);
        memory dy = builder.gradient(operation.output(), layout);
        if (builder.needsGradient(operation.input())) {
            builder.add(builder.binary(
                    algorithm.binary_mul,
                    dy,
                    builder.value(operation.factor(), Layouts.channelFactors(samples, shape.channels())),
                    builder.gradient(operation.input(), layout),
                    builder.attributes(builder.accumulation(operation.input()))));
        }
        if (builder.needsGradient(operation.factor())) {
            // Nobody reads dy after this kernel, so the product with x may take its place.
            builder.add(builder.binary(
                    algorithm.binary_mul, dy, builder.value(operation.input(), layout), dy, builder.attributes()));
            builder.add(builder.product(
                    builder.constant(Layouts.matrices(1, 1, shape.positions()), 1),
                    builder.gradient(
                            operation.output(), Layouts.matrices(samples, shape.positions(), shape.channels())),
                    builder.gradient(operation.factor(), Layouts.matrices(samples, 1, shape.channels())),
                    builder.attributes(builder.accumulation(operation.factor()))));
        }
    }
}
