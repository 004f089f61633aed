package io.dcd.engine.backend.onednn;

import io.dcd.engine.operation.Convolution;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/** A 1×1 convolution as a product: Y = X·Wᵀ, dX = dY·W, dW = dYᵀ·X over all T = batch · height · width positions. */
final class PointwiseConvolutionKernel {
    private PointwiseConvolutionKernel() {}

    static boolean fits(Convolution operation) {
        return operation.kernel() == 1 && operation.stride() == 1 && operation.padding() == 0;
    }

    static void build(Convolution operation, KernelBuilder builder) {
        long positions = (long) builder.batch() * operation.input().shape().positions();
        int inputs = operation.input().shape().channels();
        int outputs = operation.output().shape().channels();
        desc x = Layouts.matrix(positions, inputs);
        desc y = Layouts.matrix(positions, outputs);
        builder.forward(builder.product(
                builder.value(operation.input(), x),
                builder.parameter(operation.weights(), Layouts.transposed(inputs, outputs)),
                builder.value(operation.output(), y),
                builder.attributes()));
        if (builder.training()) {
            memory outputGradient = builder.gradient(operation.output(), y);
            buildWeightGradient(operation, builder, positions);
            if (builder.needsGradient(operation.input())) {
                builder.backward(builder.product(
                        outputGradient,
                        builder.parameter(operation.weights(), Layouts.matrix(outputs, inputs)),
                        builder.gradient(operation.input(), x),
                        builder.attributes(builder.accumulation(operation.input()))));
            }
        }
    }

    /** The narrower of the two factors is the one that is read in columns: the other way round takes up to ten times. */
    private static void buildWeightGradient(Convolution operation, KernelBuilder builder, long positions) {
        int inputs = operation.input().shape().channels();
        int outputs = operation.output().shape().channels();
        if (outputs <= inputs) {
            builder.backward(builder.product(
                    builder.gradient(operation.output(), Layouts.transposed(outputs, positions)),
                    builder.value(operation.input(), Layouts.matrix(positions, inputs)),
                    builder.parameterGradient(operation.weights(), Layouts.matrix(outputs, inputs)),
                    builder.attributes()));
        } else {
            memory transposed = builder.temporary(Layouts.matrix(inputs, outputs));
            builder.backward(builder.product(
                    builder.value(operation.input(), Layouts.transposed(inputs, positions)),
                    builder.gradient(operation.output(), Layouts.matrix(positions, outputs)),
                    transposed,
                    builder.attributes()));
            builder.backward(builder.copy(
                    transposed, builder.parameterGradient(operation.weights(), Layouts.transposed(inputs, outputs))));
        }
    }
}
