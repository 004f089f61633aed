package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.KernelFormation;

/** K[c, o] = F[c, o]·λ[o] + Σ_{i, j} Q[c, j]·(Φ[i, j] + δ_ij)·P[i, o], with b in place of F·λ in the last row. */
record KernelFormationKernel(KernelFormation operation, ReferenceMemory memory) implements InferenceKernel {
    @Override
    public void forward() {
        ReferenceBuffer coefficients = memory.value(operation.coefficients());
        ReferenceBuffer kernel = memory.value(operation.output());
        ReferenceBuffer fixed = memory.parameter(operation.fixed());
        ReferenceBuffer bias = memory.parameter(operation.bias());
        int width = operation.coefficients().shape().elements();
        int rows = operation.rows();
        int columns = operation.columns();
        for (int n = 0; n < memory.samples(); n++) {
            for (int c = 0; c < rows; c++) {
                for (int o = 0; o < columns; o++) {
                    double factor = operation.attention() ? coefficients.get(n * width + o) : 1;
                    double constant = c < rows - 1 ? fixed.get(c * columns + o) * factor : bias.get(o);
                    kernel.set((n * rows + c) * columns + o, constant + residual(coefficients, n, c, o));
                }
            }
        }
    }

    private double residual(ReferenceBuffer coefficients, int sample, int row, int column) {
        if (operation.fusion().isEmpty()) {
            return 0;
        }
        KernelFormation.Fusion fusion = operation.fusion().get();
        ReferenceBuffer left = memory.parameter(fusion.left());
        ReferenceBuffer right = memory.parameter(fusion.right());
        int latent = fusion.latent();
        int first = sample * operation.coefficients().shape().elements() + fusion.offset();
        double sum = 0;
        for (int i = 0; i < latent; i++) {
            for (int j = 0; j < latent; j++) {
                double identity = fusion.identity() && i == j ? 1 : 0;
                sum += right.get(row * latent + j)
                        * (coefficients.get(first + j * latent + i) + identity)
                        * left.get(i * operation.columns() + column);
            }
        }
        return sum;
    }
}
