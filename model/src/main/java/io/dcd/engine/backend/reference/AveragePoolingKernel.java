package io.dcd.engine.backend.reference;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.AveragePooling;

/** Every output is the mean of its window; every input gets its share of the gradients of the windows it lies in. */
record AveragePoolingKernel(AveragePooling operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer y = memory.value(operation.output());
        y.clear();
        forEachPair((input, output, share) -> y.add(output, share * x.get(input)));
    }

    @Override
    public void backward() {
        ReferenceBuffer dy = memory.gradient(operation.output());
        InputGradient dx = memory.inputGradient(operation.input());
        forEachPair((input, output, share) -> dx.add(input, share * dy.get(output)));
    }

    /** An input value that contributes its {@code share} to an output value. */
    private interface Pair {
        void visit(int input, int output, double share);
    }

    private void forEachPair(Pair pair) {
        Shape in = operation.input().shape();
        Shape out = operation.output().shape();
        for (int n = 0; n < memory.samples(); n++) {
            for (int i = 0; i < out.height(); i++) {
                int top = i * in.height() / out.height();
                int bottom = ceilDivide((i + 1) * in.height(), out.height());
                for (int j = 0; j < out.width(); j++) {
                    int left = j * in.width() / out.width();
                    int right = ceilDivide((j + 1) * in.width(), out.width());
                    double share = 1.0 / ((bottom - top) * (right - left));
                    for (int h = top; h < bottom; h++) {
                        for (int w = left; w < right; w++) {
                            for (int c = 0; c < in.channels(); c++) {
                                pair.visit(
                                        ((n * in.height() + h) * in.width() + w) * in.channels() + c,
                                        ((n * out.height() + i) * out.width() + j) * in.channels() + c,
                                        share);
                            }
                        }
                    }
                }
            }
        }
    }

    private static int ceilDivide(int dividend, int divisor) {
        return (dividend + divisor - 1) / divisor;
    }
}
