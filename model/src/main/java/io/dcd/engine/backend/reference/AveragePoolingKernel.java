package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.AveragePooling;

/** Every output is the mean of its window; every input gets its share of the gradients of the windows it lies in. */
final class AveragePoolingKernel implements Kernel {
    private final int batch;
    private final Shape in;
    private final Shape out;
    private final ReferenceBuffer x;
    private final ReferenceBuffer y;
    private final ReferenceBuffer dy;
    private final InputGradient dx;

    AveragePoolingKernel(AveragePooling operation, KernelMemory memory) {
        batch = memory.batch();
        in = operation.input().shape();
        out = operation.output().shape();
        x = ReferenceBuffer.of(memory.value(operation.input()));
        y = ReferenceBuffer.of(memory.value(operation.output()));
        dx = new InputGradient(memory, operation.input());
        dy = dx.wanted() ? ReferenceBuffer.of(memory.gradient(operation.output())) : null;
    }

    @Override
    public void forward() {
        y.clear();
        forEachPair((input, output, share) -> y.add(output, share * x.get(input)));
    }

    @Override
    public void backward() {
        dx.begin();
        forEachPair((input, output, share) -> dx.add(input, share * dy.get(output)));
    }

    /** An input value that contributes its {@code share} to an output value. */
    private interface Pair {
        void visit(int input, int output, double share);
    }

    private void forEachPair(Pair pair) {
        for (int n = 0; n < batch; n++) {
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
