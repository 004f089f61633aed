package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.BatchedProduct;

/** The sum of {@link BatchedProduct}, term by term. */
record BatchedProductKernel(BatchedProduct operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        terms().forward(operation.input(), operation.matrix(), operation.output());
    }

    @Override
    public void backward() {
        terms().backward(operation.input(), operation.matrix(), operation.output());
    }

    private ProductTerms terms() {
        return new ProductTerms(memory, term -> {
            int positions = operation.input().shape().positions();
            int blocks = operation.blocks();
            int rows = operation.rows();
            int columns = operation.columns();
            for (int n = 0; n < memory.samples(); n++) {
                for (int t = 0; t < positions; t++) {
                    for (int b = 0; b < blocks; b++) {
                        for (int i = 0; i < rows; i++) {
                            for (int j = 0; j < columns; j++) {
                                term.visit(
                                        ((n * blocks + b) * rows + i) * columns + j,
                                        ((n * positions + t) * blocks + b) * columns + j,
                                        ((n * positions + t) * blocks + b) * rows + i);
                            }
                        }
                    }
                }
            }
        });
    }
}
