package io.dcd.engine.backend.onednn;

import io.dcd.engine.operation.Broadcast;

/** Y = 1·W over the samples of a slice, 1 a column of ones; dW = 1ᵀ·dY. */
final class BroadcastKernel {
    private BroadcastKernel() {}

    static void forward(Broadcast operation, KernelBuilder builder) {
        int elements = operation.output().shape().elements();
        builder.add(builder.product(
                builder.constant(Layouts.matrix(builder.samples(), 1), 1),
                builder.parameter(operation.weights(), Layouts.matrix(1, elements)),
                builder.value(operation.output(), Layouts.matrix(builder.samples(), elements)),
                builder.attributes()));
    }

    static void backward(Broadcast operation, KernelBuilder builder) {
        int elements = operation.output().shape().elements();
        builder.add(builder.product(
                builder.constant(Layouts.matrix(1, builder.samples()), 1),
                builder.gradient(operation.output(), Layouts.matrix(builder.samples(), elements)),
                builder.parameterGradient(operation.weights(), Layouts.matrix(1, elements)),
                builder.adding()));
    }
}
