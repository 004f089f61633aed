package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.BatchedProduct;
import org.bytedeco.dnnl.memory;

/** Sample by sample, and block by block, Y = X·Mᵀ over the positions; dX = dY·M, dM = dYᵀ·X. */
final class BatchedProductKernel {
    private final BatchedProduct operation;
    private final KernelBuilder builder;
    private final int positions;
    private final int rows;
    private final int columns;

    BatchedProductKernel(BatchedProduct operation, KernelBuilder builder) {
        this.operation = operation;
        this.builder = builder;
        this.positions = operation.input().shape().positions();
        this.rows = operation.rows();
        this.columns = operation.columns();
    }

    void forward() {
        KernelMemory memory = builder.memory();
        for (int block = 0; block < operation.blocks(); block++) {
            builder.add(builder.product(
                    maps(memory.value(operation.input()), block, columns),
                    transposedMatrices(memory.value(operation.matrix()), block),
                    maps(memory.value(operation.output()), block, rows),
                    builder.attributes()));
        }
    }

    void backward() {
        KernelMemory memory = builder.memory();
        for (int block = 0; block < operation.blocks(); block++) {
            if (builder.needsGradient(operation.matrix())) {
                builder.add(builder.product(
                        transposedMaps(memory.gradient(operation.output()), block, rows),
                        maps(memory.value(operation.input()), block, columns),
                        matrices(memory.gradient(operation.matrix()), block),
                        builder.attributes(builder.accumulation(operation.matrix()))));
            }
            if (builder.needsGradient(operation.input())) {
                builder.add(builder.product(
                        maps(memory.gradient(operation.output()), block, rows),
                        matrices(memory.value(operation.matrix()), block),
                        maps(memory.gradient(operation.input()), block, columns),
                        builder.attributes(builder.accumulation(operation.input()))));
            }
        }
    }

    /** The {@code channels} of a block at every position. */
    private memory maps(Buffer map, int block, int channels) {
        long all = (long) channels * operation.blocks();
        return part(map, block * channels, positions, channels, positions * all, all, 1);
    }

    private memory transposedMaps(Buffer map, int block, int channels) {
        long all = (long) channels * operation.blocks();
        return part(map, block * channels, channels, positions, positions * all, 1, all);
    }

    private memory matrices(Buffer matrix, int block) {
        int elements = rows * columns;
        return part(matrix, block * elements, rows, columns, (long) elements * operation.blocks(), columns, 1);
    }

    private memory transposedMatrices(Buffer matrix, int block) {
        int elements = rows * columns;
        return part(matrix, block * elements, columns, rows, (long) elements * operation.blocks(), 1, columns);
    }

    /** A matrix for each sample inside {@code buffer}, the first of which begins at {@code offset}. */
    private memory part(
            Buffer buffer, int offset, long rows, long columns, long sampleStride, long rowStride, long columnStride) {
        return builder.part(
                buffer,
                offset,
                Layouts.strided(new long[] {builder.samples(), rows, columns}, sampleStride, rowStride, columnStride));
    }
}
