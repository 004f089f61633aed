package io.dcd.engine.backend.onednn;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.AveragePooling;
import org.bytedeco.dnnl.memory;

/**
 * Adaptive average pooling as a product with a matrix of weights, Y = A·X for each sample: it fits windows that overlap
 * or differ in size, and its backward pass dX = Aᵀ·dY can accumulate.
 */
final class AveragePoolingKernel {
    /** So many values at most are added up one after another. */
    private static final int LONGEST_PART = 128;

    private AveragePoolingKernel() {}

    static void forward(AveragePooling operation, KernelBuilder builder) {
        if (operation.output().shape().positions() == 1) {
            average(operation, builder);
            return;
        }
        Shape in = operation.input().shape();
        Shape out = operation.output().shape();
        builder.add(builder.product(
                builder.constant(Layouts.matrices(1, out.positions(), in.positions()), averages(in, out)),
                builder.value(operation.input(), Layouts.matrices(builder.samples(), in.positions(), in.channels())),
                builder.value(operation.output(), Layouts.matrices(builder.samples(), out.positions(), in.channels())),
                builder.attributes()));
    }

    /** One window over all positions, in parts as {@link LongProduct} has it: in one run 112² additions err by 1e-6. */
    private static void average(AveragePooling operation, KernelBuilder builder) {
        int samples = builder.samples();
        int positions = operation.input().shape().positions();
        int channels = operation.input().shape().channels();
        int part = LongProduct.partLength(positions, LONGEST_PART);
        int parts = positions / part;
        memory map = builder.value(operation.input(), Layouts.matrices((long) samples * parts, part, channels));
        memory average = builder.value(operation.output(), Layouts.matrices(samples, 1, channels));
        memory partial =
                parts == 1 ? average : builder.temporary(Layouts.matrices((long) samples * parts, 1, channels));
        builder.add(builder.product(
                builder.constant(Layouts.matrices(1, 1, part), 1f / positions), map, partial, builder.attributes()));
        if (parts > 1) {
            builder.add(builder.product(
                    builder.constant(Layouts.matrices(1, 1, parts), 1),
                    builder.view(partial, Layouts.matrices(samples, parts, channels)),
                    average,
                    builder.attributes()));
        }
    }

    static void backward(AveragePooling operation, KernelBuilder builder) {
        if (!builder.needsGradient(operation.input())) {
            return;
        }
        Shape in = operation.input().shape();
        Shape out = operation.output().shape();
        builder.add(builder.product(
                builder.constant(Layouts.transposedMatrices(1, in.positions(), out.positions()), averages(in, out)),
                builder.gradient(
                        operation.output(), Layouts.matrices(builder.samples(), out.positions(), in.channels())),
                builder.gradient(operation.input(), Layouts.matrices(builder.samples(), in.positions(), in.channels())),
                builder.attributes(builder.accumulation(operation.input()))));
    }

    /** A, row-major: row i holds 1/|window| at the input positions of output position i. */
    private static float[] averages(Shape in, Shape out) {
        float[] matrix = new float[out.positions() * in.positions()];
        for (int p = 0; p < out.height(); p++) {
            for (int q = 0; q < out.width(); q++) {
                int row = (p * out.width() + q) * in.positions();
                int top = begin(p, in.height(), out.height());
                int bottom = end(p, in.height(), out.height());
                int left = begin(q, in.width(), out.width());
                int right = end(q, in.width(), out.width());
                for (int y = top; y < bottom; y++) {
                    for (int x = left; x < right; x++) {
                        matrix[row + y * in.width() + x] = 1f / ((bottom - top) * (right - left));
                    }
                }
            }
        }
        return matrix;
    }

    private static int begin(int index, int extent, int windows) {
        return (int) ((long) index * extent / windows);
    }

    private static int end(int index, int extent, int windows) {
        return (int) (((long) (index + 1) * extent + windows - 1) / windows);
    }
}
