package io.dcd.engine.backend.onednn;

import io.dcd.engine.operation.MatrixProduct;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/** Y = X·Wᵀ + b over the batch; dX = dY·W, dW = dYᵀ·X, db = 1ᵀ·dY. */
final class MatrixProductKernel {
    private MatrixProductKernel() {}

    static void build(MatrixProduct operation, KernelBuilder builder) {
        int batch = builder.batch();
        int inputs = operation.input().shape().elements();
        int outputs = operation.output().shape().elements();
        desc x = Layouts.matrix(batch, inputs);
        desc y = Layouts.matrix(batch, outputs);
        desc row = Layouts.matrix(1, outputs);
        memory input = builder.value(operation.input(), x);
        memory transposedWeights = builder.parameter(operation.weights(), Layouts.transposed(inputs, outputs));
        memory output = builder.value(operation.output(), y);
        builder.forward(operation
                .bias()
                .map(bias -> builder.product(
                        input, transposedWeights, builder.parameter(bias, row), output, builder.attributes()))
                .orElseGet(() -> builder.product(input, transposedWeights, output, builder.attributes())));
        if (!builder.training()) {
            return;
        }
        memory outputGradient = builder.gradient(operation.output(), y);
        builder.backward(builder.product(
                builder.gradient(operation.output(), Layouts.transposed(outputs, batch)),
                input,
                builder.parameterGradient(operation.weights(), Layouts.matrix(outputs, inputs)),
                builder.attributes()));
        operation.bias().ifPresent(bias -> {
            builder.backward(builder.product(
                    builder.constant(Layouts.matrix(1, batch), 1),
                    outputGradient,
                    builder.parameterGradient(bias, row),
                    builder.attributes()));
        });
        if (builder.needsGradient(operation.input())) {
            builder.backward(builder.product(
                    outputGradient,
                    builder.parameter(operation.weights(), Layouts.matrix(outputs, inputs)),
                    builder.gradient(operation.input(), x),
                    builder.attributes(builder.accumulation(operation.input()))));
        }
    }
}
