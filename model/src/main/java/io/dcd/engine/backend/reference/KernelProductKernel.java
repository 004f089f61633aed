package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.KernelProduct;

/** y[n, t] = f(B[n]ᵀ·X̃[n, t]); with dz = f′·dy: dB[n] = Σ_t X̃[n, t]·dz[n, t]ᵀ, dX̃[n, t] = B[n]·dz[n, t]. */
record KernelProductKernel(KernelProduct operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        terms().forward(operation.input(), operation.kernel(), operation.output());
        ReferenceBuffer y = memory.value(operation.output());
        for (int i = 0; i < y.size(); i++) {
            y.set(i, operation.activation().value(y.get(i)));
        }
    }

    @Override
    public void backward() {
        if (operation.activation() != Activation.IDENTITY) {
            ReferenceBuffer y = memory.value(operation.output());
            ReferenceBuffer dy = memory.gradient(operation.output());
            for (int i = 0; i < dy.size(); i++) {
                dy.set(i, operation.activation().derivativeFromValue(y.get(i)) * dy.get(i));
            }
        }
        terms().backward(operation.input(), operation.kernel(), operation.output());
    }

    private ProductTerms terms() {
        int positions = operation.input().shape().positions();
        int rows = operation.input().shape().channels();
        int columns = operation.output().shape().channels();
        return new ProductTerms(memory, term -> {
            for (int row = 0; row < memory.samples() * positions; row++) {
                for (int k = 0; k < rows; k++) {
                    for (int o = 0; o < columns; o++) {
                        term.visit((row / positions * rows + k) * columns + o, row * rows + k, row * columns + o);
                    }
                }
            }
        });
    }
}
