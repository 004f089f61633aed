package io.dcd.engine.backend.onednn;

import io.dcd.engine.operation.Mixture;
import org.bytedeco.dnnl.memory;

/** Y = Π·W over the samples of a slice; dW = Πᵀ·dY, dΠ = dY·Wᵀ. */
final class MixtureKernel {
    /** Shorter parts, down to the square root of 2 million, gain nothing more (measured). */
    private static final int LONGEST_PART = 4096;

    /** With shorter ones the sums of the parts are nearly as many as the values. */
    private static final int SHORTEST_PART = 64;

    private MixtureKernel() {}

    static void forward(Mixture operation, KernelBuilder builder) {
        int samples = builder.samples();
        int arrays = operation.coefficients().shape().channels();
        int elements = operation.output().shape().elements();
        builder.add(builder.product(
                builder.value(operation.coefficients(), Layouts.matrix(samples, arrays)),
                builder.parameter(operation.weights(), Layouts.matrix(arrays, elements)),
                builder.value(operation.output(), Layouts.matrix(samples, elements)),
                builder.attributes()));
    }

    static void backward(Mixture operation, KernelBuilder builder) {
        int samples = builder.samples();
        int arrays = operation.coefficients().shape().channels();
        int elements = operation.output().shape().elements();
        builder.add(builder.product(
                builder.value(operation.coefficients(), Layouts.transposed(arrays, samples)),
                builder.gradient(operation.output(), Layouts.matrix(samples, elements)),
                builder.parameterGradient(operation.weights(), Layouts.matrix(arrays, elements)),
                builder.adding()));
        if (builder.needsGradient(operation.coefficients())) {
            coefficientGradient(operation, builder);
        }
    }

    /**
     * dΠ = dY·Wᵀ sums over all values of a kernel, up to 2 million, of which most cancel: one run of float additions
     * left 6e-3 of a gradient behind it wrong in ResNet-50, parts 1.7e-3, which summing in double does not lower. So the sums
     * of parts are formed, and then their sum.
     */
    private static void coefficientGradient(Mixture operation, KernelBuilder builder) {
        int samples = builder.samples();
        int arrays = operation.coefficients().shape().channels();
        int elements = operation.output().shape().elements();
        int part = partLength(elements);
        int parts = elements / part;
        memory sums = builder.temporary(Layouts.matrices(parts, samples, arrays));
        builder.add(builder.product(
                builder.gradient(
                        operation.output(), Layouts.strided(new long[] {parts, samples, part}, part, elements, 1)),
                builder.parameter(
                        operation.weights(), Layouts.strided(new long[] {parts, part, arrays}, part, 1, elements)),
                sums,
                builder.attributes()));
        builder.add(builder.product(
                builder.constant(Layouts.matrix(1, parts), 1),
                builder.view(sums, Layouts.matrix(parts, (long) samples * arrays)),
                builder.gradient(operation.coefficients(), Layouts.matrix(1, (long) samples * arrays)),
                builder.attributes(builder.accumulation(operation.coefficients()))));
    }

    /** The largest divisor of {@code elements} up to {@value #LONGEST_PART}, or all of them where only tiny ones divide. */
    private static int partLength(int elements) {
        for (int length = LONGEST_PART; length >= SHORTEST_PART; length--) {
            if (elements % length == 0) {
                return length;
            }
        }
        return elements;
    }
}
