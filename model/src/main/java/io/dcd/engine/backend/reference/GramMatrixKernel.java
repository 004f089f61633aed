package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.GramMatrix;

/** G[n] = X̃[n]ᵀ·X̃[n], dX̃ = 2·X̃·dG for a symmetric dG. */
record GramMatrixKernel(GramMatrix operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer gram = memory.value(operation.output());
        gram.clear();
        forEachTerm((i, j, target) -> gram.add(target, x.get(i) * x.get(j)));
    }

    @Override
    public void backward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer gradient = memory.gradient(operation.output());
        InputGradient dx = memory.inputGradient(operation.input());
        forEachTerm((i, j, target) -> dx.add(i, 2 * x.get(j) * gradient.get(target)));
    }

    private interface Term {
        void visit(int left, int right, int product);
    }

    private void forEachTerm(Term term) {
        int positions = operation.input().shape().positions();
        int channels = operation.input().shape().channels();
        for (int row = 0; row < memory.samples() * positions; row++) {
            int sample = row / positions;
            for (int i = 0; i < channels; i++) {
                for (int j = 0; j < channels; j++) {
                    term.visit(row * channels + i, row * channels + j, (sample * channels + i) * channels + j);
                }
            }
        }
    }
}
