package io.dcd.engine.backend.onednn;

import io.dcd.engine.operation.BatchedProduct;
import org.bytedeco.dnnl.memory;

/** Sample by sample Y = X·Mᵀ over the positions; dX = dY·M, dM = dYᵀ·X. */
final class BatchedProductKernel {
    private BatchedProductKernel() {}

    static void build(BatchedProduct operation, KernelBuilder builder) {
        int batch = builder.batch();
        int positions = operation.input().shape().positions();
        int columns = operation.input().shape().channels();
        int rows = operation.output().shape().channels();
        memory input = builder.value(operation.input(), Layouts.matrices(batch, positions, columns));
        builder.forward(builder.product(
                input,
                builder.value(operation.matrix(), Layouts.transposedMatrices(batch, columns, rows)),
                builder.value(operation.output(), Layouts.matrices(batch, positions, rows)),
                builder.attributes()));
        if (builder.training() && builder.needsGradient(operation.matrix())) {
            builder.backward(builder.product(
                    builder.gradient(operation.output(), Layouts.transposedMatrices(batch, rows, positions)),
                    input,
                    builder.gradient(operation.matrix(), Layouts.matrices(batch, rows, columns)),
                    builder.attributes(builder.accumulation(operation.matrix()))));
        }
        if (builder.training() && builder.needsGradient(operation.input())) {
            builder.backward(builder.product(
                    builder.gradient(operation.output(), Layouts.matrices(batch, positions, rows)),
                    builder.value(operation.matrix(), Layouts.matrices(batch, rows, columns)),
                    builder.gradient(operation.input(), Layouts.matrices(batch, positions, columns)),
                    builder.attributes(builder.accumulation(operation.input()))));
        }
    }
}
