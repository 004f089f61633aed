package io.dcd.engine.backend.onednn;

import io.dcd.engine.operation.Convolution;
import org.bytedeco.dnnl.memory;

/** A 1×1 convolution as a product: Y = X·Wᵀ, dX = dY·W, dW = dYᵀ·X over the T positions of a slice. */
final class PointwiseConvolutionKernel {
    private PointwiseConvolutionKernel() {}

    static boolean fits(Convolution operation) {
        return operation.kernel() == 1 && operation.stride() == 1 && operation.padding() == 0;
    }

    static void forward(Convolution operation, KernelBuilder builder) {
        long positions = (long) builder.samples() * operation.input().shape().positions();
        int inputs = operation.input().shape().channels();
        int outputs = operation.output().shape().channels();
        builder.add(builder.product(
                builder.value(operation.input(), Layouts.matrix(positions, inputs)),
                builder.parameter(operation.weights(), Layouts.transposed(inputs, outputs)),
                builder.value(operation.output(), Layouts.matrix(positions, outputs)),
                builder.attributes()));
    }

    static void backward(Convolution operation, KernelBuilder builder) {
        long positions = (long) builder.samples() * operation.input().shape().positions();
        int inputs = operation.input().shape().channels();
        int outputs = operation.output().shape().channels();
        addWeightGradient(operation, builder, positions);
        if (builder.needsGradient(operation.input())) {
            builder.add(builder.product(
                    builder.gradient(operation.output(), Layouts.matrix(positions, outputs)),
                    builder.parameter(operation.weights(), Layouts.matrix(outputs, inputs)),
                    builder.gradient(operation.input(), Layouts.matrix(positions, inputs)),
                    builder.attributes(builder.accumulation(operation.input()))));
        }
    }

    /** The narrower of the two factors is the one that is read in columns: the other way round takes up to ten times. */
    private static void addWeightGradient(Convolution operation, KernelBuilder builder, long positions) {
        int inputs = operation.input().shape().channels();
        int outputs = operation.output().shape().channels();
        if (outputs <= inputs) {
            builder.add(builder.product(
                    builder.gradient(operation.output(), Layouts.transposed(outputs, positions)),
                    builder.value(operation.input(), Layouts.matrix(positions, inputs)),
                    builder.parameterGradient(operation.weights(), Layouts.matrix(outputs, inputs)),
                    builder.adding()));
        } else {
            memory transposed = builder.temporary(Layouts.matrix(inputs, outputs));
            builder.add(builder.product(
                    builder.value(operation.input(), Layouts.transposed(inputs, positions)),
                    builder.gradient(operation.output(), Layouts.matrix(positions, outputs)),
                    transposed,
                    builder.attributes()));
            builder.add(builder.addTo(
                    builder.parameterGradient(operation.weights(), Layouts.transposed(inputs, outputs)), transposed));
        }
    }
}
