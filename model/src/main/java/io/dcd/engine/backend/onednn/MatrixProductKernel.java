package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.MatrixProduct;
import org.bytedeco.dnnl.memory;

/** Y = X·Wᵀ + b over the batch; dX = dY·W, dW = dYᵀ·X, db = 1ᵀ·dY. */
final class MatrixProductKernel {
    /** About the square root of what layers sum up at most, which makes the sums of parts as short as the parts. */
    private static final int LONGEST_PART = 64;

    private MatrixProductKernel() {}

    static void forward(MatrixProduct operation, KernelBuilder builder) {
        int inputs = operation.input().shape().elements();
        int outputs = operation.output().shape().elements();
        KernelMemory memory = builder.memory();
        new LongProduct(builder, builder.samples(), inputs, outputs, LONGEST_PART)
                .add(
                        memory.value(operation.input()),
                        memory.parameter(operation.weights()),
                        operation.bias().map(memory::parameter),
                        memory.value(operation.output()),
                        builder.attributes());
    }

    static void backward(MatrixProduct operation, KernelBuilder builder) {
        int samples = builder.samples();
        int inputs = operation.input().shape().elements();
        int outputs = operation.output().shape().elements();
        memory dy = builder.gradient(operation.output(), Layouts.matrix(samples, outputs));
        builder.add(builder.product(
                builder.gradient(operation.output(), Layouts.transposed(outputs, samples)),
                builder.value(operation.input(), Layouts.matrix(samples, inputs)),
                builder.parameterGradient(operation.weights(), Layouts.matrix(outputs, inputs)),
                builder.adding()));
        operation.bias().ifPresent(bias -> {
            builder.add(builder.product(
                    builder.constant(Layouts.matrix(1, samples), 1),
                    dy,
                    builder.parameterGradient(bias, Layouts.matrix(1, outputs)),
                    builder.adding()));
        });
        if (builder.needsGradient(operation.input())) {
            builder.add(builder.product(
                    dy,
                    builder.parameter(operation.weights(), Layouts.matrix(outputs, inputs)),
                    builder.gradient(operation.input(), Layouts.matrix(samples, inputs)),
                    builder.attributes(builder.accumulation(operation.input()))));
        }
    }
}
