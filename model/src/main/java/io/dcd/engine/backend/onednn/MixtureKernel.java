package io.dcd.engine.backend.onednn;

import io.dcd.engine.operation.Mixture;
import java.util.Optional;

/** Y = Π·W over the samples of a slice; dW = Πᵀ·dY, dΠ = dY·Wᵀ. */
final class MixtureKernel {
    /** Shorter parts gain nothing more and cost time (measured down to 256). */
    private static final int LONGEST_PART = 4096;

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
            // Sums over all values of a kernel, up to 2 million, of which most cancel.
            new LongProduct(builder, samples, elements, arrays, LONGEST_PART)
                    .add(
                            builder.memory().gradient(operation.output()),
                            builder.memory().parameter(operation.weights()),
                            Optional.empty(),
                            builder.memory().gradient(operation.coefficients()),
                            builder.attributes(builder.accumulation(operation.coefficients())));
        }
    }
}
