package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.Mixture;

/** The sum of {@link Mixture}, term by term. */
record MixtureKernel(Mixture operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        terms().forward(operation.coefficients(), operation.weights(), operation.output());
    }

    @Override
    public void backward() {
        terms().backward(operation.coefficients(), operation.weights(), operation.output());
    }

    private ProductTerms terms() {
        return new ProductTerms(memory, term -> {
            int arrays = operation.coefficients().shape().channels();
            int elements = operation.output().shape().elements();
            for (int n = 0; n < memory.samples(); n++) {
                for (int k = 0; k < arrays; k++) {
                    for (int e = 0; e < elements; e++) {
                        term.visit(k * elements + e, n * arrays + k, n * elements + e);
                    }
                }
            }
        });
    }
}
