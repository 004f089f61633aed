package io.dcd.engine.backend.reference;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.MaxPooling;

/** Every output is the largest value of its window and passes its gradient to it, the first of equal ones. */
record MaxPoolingKernel(MaxPooling operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer y = memory.value(operation.output());
        for (int output = 0; output < y.size(); output++) {
            y.set(output, x.get(largestInput(x, output)));
        }
    }

    @Override
    public void backward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer dy = memory.gradient(operation.output());
        InputGradient dx = memory.inputGradient(operation.input());
        for (int output = 0; output < dy.size(); output++) {
            dx.add(largestInput(x, output), dy.get(output));
        }
    }

    private int largestInput(ReferenceBuffer x, int output) {
        Shape in = operation.input().shape();
        Shape out = operation.output().shape();
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
