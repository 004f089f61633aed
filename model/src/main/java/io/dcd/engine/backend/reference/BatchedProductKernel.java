package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.BatchedProduct;

/** y[n,t,i] = Σ_j M[n,i,j]·x[n,t,j]; dM[n,i,j] = Σ_t dy[n,t,i]·x[n,t,j]; dx[n,t,j] = Σ_i M[n,i,j]·dy[n,t,i]. */
record BatchedProductKernel(BatchedProduct operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        ReferenceBuffer matrix = memory.value(operation.matrix());
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer y = memory.value(operation.output());
        y.clear();
        forEachTerm((m, input, output) -> y.add(output, matrix.get(m) * x.get(input)));
    }

    @Override
    public void backward() {
        ReferenceBuffer matrix = memory.value(operation.matrix());
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer dy = memory.gradient(operation.output());
        InputGradient matrixGradient = memory.inputGradient(operation.matrix());
        InputGradient dx = memory.inputGradient(operation.input());
        forEachTerm((m, input, output) -> {
            matrixGradient.add(m, dy.get(output) * x.get(input));
            dx.add(input, matrix.get(m) * dy.get(output));
        });
    }

    /** One product of the sum: entry {@code m} of the matrix times an input, added to an output. */
    private interface Term {
        void visit(int m, int input, int output);
    }

    private void forEachTerm(Term term) {
        int positions = operation.input().shape().positions();
        int rows = operation.output().shape().channels();
        int columns = operation.input().shape().channels();
        for (int n = 0; n < memory.samples(); n++) {
            for (int t = 0; t < positions; t++) {
                for (int i = 0; i < rows; i++) {
                    for (int j = 0; j < columns; j++) {
                        term.visit(
                                (n * rows + i) * columns + j,
                                (n * positions + t) * columns + j,
                                (n * positions + t) * rows + i);
                    }
                }
            }
        }
    }
}
