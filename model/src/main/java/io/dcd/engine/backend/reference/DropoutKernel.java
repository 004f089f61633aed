package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.DropoutMask;
import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.Dropout;

/** y = m·x and dx = m·dy, with m 0 for what falls and 1/(1 − rate) for what stays; m = 1 at inference. */
final class DropoutKernel implements Kernel {
    private final double rate;
    private final KernelMemory memory;
    private final ReferenceBuffer x;
    private final ReferenceBuffer y;
    private final ReferenceBuffer dy;
    private final InputGradient dx;

    DropoutKernel(Dropout operation, KernelMemory memory) {
        this.rate = operation.rate();
        this.memory = memory;
        x = ReferenceBuffer.of(memory.value(operation.input()));
        y = ReferenceBuffer.of(memory.value(operation.output()));
        dx = new InputGradient(memory, operation.input());
        dy = dx.wanted() ? ReferenceBuffer.of(memory.gradient(operation.output())) : null;
    }

    @Override
    public void forward() {
        long key = memory.randomKey();
        for (int i = 0; i < x.size(); i++) {
            y.set(i, x.get(i) * factor(key, i));
        }
    }

    @Override
    public void backward() {
        long key = memory.randomKey();
        dx.begin();
        for (int i = 0; i < y.size(); i++) {
            dx.add(i, dy.get(i) * factor(key, i));
        }
    }

    private double factor(long key, int index) {
        if (!memory.training()) {
            return 1;
        }
        return DropoutMask.drops(key, index, rate) ? 0 : 1 / (1 - rate);
    }
}
