package io.dcd.engine.backend.onednn;

import io.dcd.engine.operation.Mixture;

/** Y = Π·W over the samples of a slice; dW = Πᵀ·dY, dΠ = dY·Wᵀ. */
final class MixtureKernel {
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
            builder.add(builder.product(
                    builder.gradient(operation.output(), Layouts.matrix(samples, elements)),
                    builder.parameter(operation.weights(), Layouts.transposed(elements, arrays)),
                    builder.gradient(operation.coefficients(), Layouts.matrix(samples, arrays)),
                    builder.attributes(builder.accumulation(operation.coefficients()))));
        }
    }
}
