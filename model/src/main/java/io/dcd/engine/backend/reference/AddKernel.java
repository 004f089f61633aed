package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.Add;

/** y = a + b; da = db = dy. */
record AddKernel(Add operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        ReferenceBuffer left = memory.value(operation.left());
        ReferenceBuffer right = memory.value(operation.right());
        ReferenceBuffer y = memory.value(operation.output());
        for (int i = 0; i < y.size(); i++) {
            y.set(i, left.get(i) + right.get(i));
        }
    }

    @Override
    public void backward() {
        ReferenceBuffer dy = memory.gradient(operation.output());
        InputGradient left = memory.inputGradient(operation.left());
        InputGradient right = memory.inputGradient(operation.right());
        for (int i = 0; i < dy.size(); i++) {
            left.add(i, dy.get(i));
            right.add(i, dy.get(i));
        }
    }
}
