package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.Add;

/** y = a + b; da = db = dy. */
final class AddKernel implements Kernel {
    private final ReferenceBuffer left;
    private final ReferenceBuffer right;
    private final ReferenceBuffer y;
    private final ReferenceBuffer dy;
    private final InputGradient leftGradient;
    private final InputGradient rightGradient;

    AddKernel(Add operation, KernelMemory memory) {
        left = ReferenceBuffer.of(memory.value(operation.left()));
        right = ReferenceBuffer.of(memory.value(operation.right()));
        y = ReferenceBuffer.of(memory.value(operation.output()));
        leftGradient = new InputGradient(memory, operation.left());
        rightGradient = new InputGradient(memory, operation.right());
        boolean backward = leftGradient.wanted() || rightGradient.wanted();
        dy = backward ? ReferenceBuffer.of(memory.gradient(operation.output())) : null;
    }

    @Override
    public void forward() {
        for (int i = 0; i < y.size(); i++) {
            y.set(i, left.get(i) + right.get(i));
        }
    }

    @Override
    public void backward() {
        leftGradient.begin();
        rightGradient.begin();
        for (int i = 0; i < y.size(); i++) {
            leftGradient.add(i, dy.get(i));
            rightGradient.add(i, dy.get(i));
        }
    }
}
