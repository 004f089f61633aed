package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.GroupedPointwise;
import org.bytedeco.dnnl.memory;

/**
 * Group by group Y = X·Wᵀ, dX = dY·W, dW = dYᵀ·X over the T positions of a slice, X and Y being columns of wider matrices.
 * One product a group: oneDNN's grouped convolutions are slow where a group has few channels.
 */
final class GroupedPointwiseKernel {
    private final GroupedPointwise operation;
    private final KernelBuilder builder;
    private final long positions;
    private final int inputs;
    private final int outputs;
    private final int columns;
    private final int rows;

    GroupedPointwiseKernel(GroupedPointwise operation, KernelBuilder builder) {
        this.operation = operation;
        this.builder = builder;
        this.positions = (long) builder.samples() * operation.input().shape().positions();
        this.inputs = operation.input().shape().channels();
        this.outputs = operation.output().shape().channels();
        this.columns = inputs / operation.groups();
        this.rows = outputs / operation.groups();
    }

    void forward() {
        KernelMemory memory = builder.memory();
        for (int group = 0; group < operation.groups(); group++) {
            builder.add(builder.product(
                    part(memory.value(operation.input()), group * columns, positions, columns, inputs, 1),
                    part(memory.parameter(operation.weights()), group * rows * columns, columns, rows, 1, columns),
                    part(memory.value(operation.output()), group * rows, positions, rows, outputs, 1),
                    builder.attributes()));
        }
    }

    void backward() {
        KernelMemory memory = builder.memory();
        boolean inputGradient = builder.needsGradient(operation.input());
        for (int group = 0; group < operation.groups(); group++) {
            int weights = group * rows * columns;
            Buffer dy = memory.gradient(operation.output());
            builder.add(builder.product(
                    part(dy, group * rows, rows, positions, 1, outputs),
                    part(memory.value(operation.input()), group * columns, positions, columns, inputs, 1),
                    part(memory.parameterGradient(operation.weights()), weights, rows, columns, columns, 1),
                    builder.adding()));
            if (inputGradient) {
                builder.add(builder.product(
                        part(dy, group * rows, positions, rows, outputs, 1),
                        part(memory.parameter(operation.weights()), weights, rows, columns, columns, 1),
                        part(memory.gradient(operation.input()), group * columns, positions, columns, inputs, 1),
                        builder.attributes(builder.accumulation(operation.input()))));
            }
        }
    }

    /** A matrix inside {@code buffer} that begins at {@code offset}. */
    private memory part(Buffer buffer, int offset, long rows, long columns, long rowStride, long columnStride) {
        return builder.part(buffer, offset, Layouts.strided(new long[] {rows, columns}, rowStride, columnStride));
    }
}
