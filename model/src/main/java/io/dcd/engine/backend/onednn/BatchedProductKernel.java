package io.dcd.engine.backend.onednn;

import io.dcd.engine.operation.BatchedProduct;

/** Sample by sample Y = X·Mᵀ over the positions; dX = dY·M, dM = dYᵀ·X. */
final class BatchedProductKernel {
    private BatchedProductKernel() {}

    static void forward(BatchedProduct operation, KernelBuilder builder) {
        int samples = builder.samples();
        int positions = operation.input().shape().positions();
        int columns = operation.input().shape().channels();
        int rows = operation.output().shape().channels();
        builder.add(builder.product(
                builder.value(operation.input(), Layouts.matrices(samples, positions, columns)),
                builder.value(operation.matrix(), Layouts.transposedMatrices(samples, columns, rows)),
                builder.value(operation.output(), Layouts.matrices(samples, positions, rows)),
                builder.attributes()));
    }

    static void backward(BatchedProduct operation, KernelBuilder builder) {
        int samples = builder.samples();
        int positions = operation.input().shape().positions();
        int columns = operation.input().shape().channels();
        int rows = operation.output().shape().channels();
        if (builder.needsGradient(operation.matrix())) {
            builder.add(builder.product(
                    builder.gradient(operation.output(), Layouts.transposedMatrices(samples, rows, positions)),
                    builder.value(operation.input(), Layouts.matrices(samples, positions, columns)),
                    builder.gradient(operation.matrix(), Layouts.matrices(samples, rows, columns)),
                    builder.attributes(builder.accumulation(operation.matrix()))));
        }
        if (builder.needsGradient(operation.input())) {
            builder.add(builder.product(
                    builder.gradient(operation.output(), Layouts.matrices(samples, positions, rows)),
                    builder.value(operation.matrix(), Layouts.matrices(samples, rows, columns)),
                    builder.gradient(operation.input(), Layouts.matrices(samples, positions, columns)),
                    builder.attributes(builder.accumulation(operation.input()))));
        }
    }
}
