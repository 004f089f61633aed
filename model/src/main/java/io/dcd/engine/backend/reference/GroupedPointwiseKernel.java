package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.GroupedPointwise;

/** The sum of {@link GroupedPointwise}, term by term. */
record GroupedPointwiseKernel(GroupedPointwise operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        terms().forward(operation.input(), operation.weights(), operation.output());
    }

    @Override
    public void backward() {
        terms().backward(operation.input(), operation.weights(), operation.output());
    }

    private ProductTerms terms() {
        return new ProductTerms(memory, term -> {
            int positions = memory.samples() * operation.input().shape().positions();
            int inputs = operation.input().shape().channels();
            int outputs = operation.output().shape().channels();
            int columns = inputs / operation.groups();
            int rows = outputs / operation.groups();
            for (int t = 0; t < positions; t++) {
                for (int o = 0; o < outputs; o++) {
                    for (int c = 0; c < columns; c++) {
                        term.visit(o * columns + c, t * inputs + o / rows * columns + c, t * outputs + o);
                    }
                }
            }
        });
    }
}
