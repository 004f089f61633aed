package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.KernelNormalization;

/**
 * The equations of {@link KernelNormalization}. In double precision sums and squares of the product itself keep enough digits,
 * so that its moments are taken from the whole kernel, κ included: Σ y = (G·B)[last], Σ y² = Σ_k B∘(G·B).
 */
record KernelNormalizationKernel(KernelNormalization operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void reduceForward() {
        ReferenceBuffer kernel = memory.value(operation.kernel());
        for (int n = 0; n < memory.samples(); n++) {
            for (int o = 0; o < columns(); o++) {
                double squares = 0;
                for (int k = 0; k <= last(); k++) {
                    squares += kernel.get(index(n, k, o)) * response(n, k, o);
                }
                statistics().addValues(thread(), o, response(n, last(), o), squares);
            }
        }
    }

    @Override
    public void forward() {
        ReferenceBuffer kernel = memory.value(operation.kernel());
        ReferenceBuffer normalized = memory.value(operation.output());
        ReferenceBuffer scale = memory.parameter(operation.normalization().scale());
        ReferenceBuffer shift = memory.parameter(operation.normalization().shift());
        for (int n = 0; n < memory.samples(); n++) {
            for (int o = 0; o < columns(); o++) {
                for (int k = 0; k < last(); k++) {
                    normalized.set(
                            index(n, k, o),
                            scale.get(o) * statistics().inverseDeviation(o) * kernel.get(index(n, k, o)));
                }
                double level = statistics().normalized(o, kernel.get(index(n, last(), o)));
                normalized.set(index(n, last(), o), scale.get(o) * level + shift.get(o));
            }
        }
    }

    @Override
    public void reduceBackward() {
        ReferenceBuffer kernel = memory.value(operation.kernel());
        ReferenceBuffer gradient = memory.gradient(operation.output());
        for (int n = 0; n < memory.samples(); n++) {
            for (int o = 0; o < columns(); o++) {
                double products = 0;
                for (int k = 0; k <= last(); k++) {
                    products += gradient.get(index(n, k, o)) * kernel.get(index(n, k, o));
                }
                statistics().addGradients(thread(), o, gradient.get(index(n, last(), o)), products);
            }
        }
    }

    /**
     * A normalised value has dy = γ·inputGradient(dz, y), linear in dz and y: dB is that map of dB̂ = X̃ᵀ·dz and V = X̃ᵀ·y, and dG is
     * half of B times what it makes of y alone.
     */
    @Override
    public void backward() {
        ReferenceBuffer kernel = memory.value(operation.kernel());
        ReferenceBuffer gram = memory.value(operation.gram());
        ReferenceBuffer gradient = memory.gradient(operation.output());
        ReferenceBuffer scale = memory.parameter(operation.normalization().scale());
        InputGradient kernelGradient = memory.inputGradient(operation.kernel());
        InputGradient gramGradient = memory.inputGradient(operation.gram());
        for (int n = 0; n < memory.samples(); n++) {
            for (int o = 0; o < columns(); o++) {
                double constant = scale.get(o) * statistics().inputGradient(o, 0, 0);
                double slope = scale.get(o) * statistics().inputGradient(o, 0, 1) - constant;
                double factor = scale.get(o) * statistics().inverseDeviation(o);
                for (int k = 0; k <= last(); k++) {
                    double sum = gram.get((n * rows() + k) * rows() + last());
                    kernelGradient.add(
                            index(n, k, o),
                            factor * gradient.get(index(n, k, o)) + slope * response(n, k, o) + constant * sum);
                    for (int j = 0; j <= last(); j++) {
                        double linear = slope * kernel.get(index(n, k, o)) * kernel.get(index(n, j, o));
                        gramGradient.add((n * rows() + k) * rows() + j, linear / 2);
                    }
                    double half = constant * kernel.get(index(n, k, o)) / 2;
                    gramGradient.add((n * rows() + k) * rows() + last(), half);
                    gramGradient.add((n * rows() + last()) * rows() + k, half);
                }
            }
        }
    }

    /** (G·B)[k, o]. */
    private double response(int n, int k, int o) {
        ReferenceBuffer kernel = memory.value(operation.kernel());
        ReferenceBuffer gram = memory.value(operation.gram());
        double sum = 0;
        for (int j = 0; j <= last(); j++) {
            sum += gram.get((n * rows() + k) * rows() + j) * kernel.get(index(n, j, o));
        }
        return sum;
    }

    private int index(int n, int k, int o) {
        return (n * rows() + k) * columns() + o;
    }

    private int rows() {
        return operation.rows();
    }

    /** The row of the constant. */
    private int last() {
        return operation.rows() - 1;
    }

    private int columns() {
        return operation.columns();
    }

    private int thread() {
        return memory.memory().thread();
    }

    private BatchNormalizationReduction statistics() {
        return (BatchNormalizationReduction) memory.memory().reduction();
    }
}
