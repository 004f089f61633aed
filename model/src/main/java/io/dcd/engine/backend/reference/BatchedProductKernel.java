package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.BatchedProduct;

/** y[n,t,i] = Σ_j M[n,i,j]·x[n,t,j]; dM[n,i,j] = Σ_t dy[n,t,i]·x[n,t,j]; dx[n,t,j] = Σ_i M[n,i,j]·dy[n,t,i]. */
final class BatchedProductKernel implements Kernel {
    private final int batch;
    private final int positions;
    private final int rows;
    private final int columns;
    private final ReferenceBuffer matrix;
    private final ReferenceBuffer x;
    private final ReferenceBuffer y;
    private final ReferenceBuffer dy;
    private final InputGradient matrixGradient;
    private final InputGradient dx;

    BatchedProductKernel(BatchedProduct operation, KernelMemory memory) {
        batch = memory.batch();
        positions = operation.input().shape().positions();
        rows = operation.output().shape().channels();
        columns = operation.input().shape().channels();
        matrix = ReferenceBuffer.of(memory.value(operation.matrix()));
        x = ReferenceBuffer.of(memory.value(operation.input()));
        y = ReferenceBuffer.of(memory.value(operation.output()));
        matrixGradient = new InputGradient(memory, operation.matrix());
        dx = new InputGradient(memory, operation.input());
        boolean backward = matrixGradient.wanted() || dx.wanted();
        dy = backward ? ReferenceBuffer.of(memory.gradient(operation.output())) : null;
    }

    @Override
    public void forward() {
        y.clear();
        forEachTerm((m, input, output) -> y.add(output, matrix.get(m) * x.get(input)));
    }

    @Override
    public void backward() {
        matrixGradient.begin();
        dx.begin();
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
        for (int n = 0; n < batch; n++) {
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
