package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.MaxPooling;

/** Every output is the largest value of its window and passes its gradient to it, the first of equal ones. */
final class MaxPoolingKernel implements Kernel {
    private final MaxPooling operation;
    private final Shape in;
    private final Shape out;
    private final ReferenceBuffer x;
    private final ReferenceBuffer y;
    private final ReferenceBuffer dy;
    private final InputGradient dx;

    MaxPoolingKernel(MaxPooling operation, KernelMemory memory) {
        this.operation = operation;
        in = operation.input().shape();
        out = operation.output().shape();
        x = ReferenceBuffer.of(memory.value(operation.input()));
        y = ReferenceBuffer.of(memory.value(operation.output()));
        dx = new InputGradient(memory, operation.input());
        dy = dx.wanted() ? ReferenceBuffer.of(memory.gradient(operation.output())) : null;
    }

    @Override
    public void forward() {
        for (int output = 0; output < y.size(); output++) {
            y.set(output, x.get(largestInput(output)));
        }
    }

    @Override
    public void backward() {
        dx.begin();
        for (int output = 0; output < y.size(); output++) {
            dx.add(largestInput(output), dy.get(output));
        }
    }

    private int largestInput(int output) {
        int c = output % out.channels();
        int j = output / out.channels() % out.width();
        int i = output / out.channels() / out.width() % out.height();
        int n = output / out.elements();
        int largest = -1;
        for (int r = 0; r < operation.kernel(); r++) {
            for (int s = 0; s < operation.kernel(); s++) {
                int h = i * operation.stride() + r - operation.padding();
                int w = j * operation.stride() + s - operation.padding();
                if (h >= 0 && h < in.height() && w >= 0 && w < in.width()) {
                    int input = ((n * in.height() + h) * in.width() + w) * in.channels() + c;
                    if (largest < 0 || x.get(input) > x.get(largest)) {
                        largest = input;
                    }
                }
            }
        }
        return largest;
    }
}
