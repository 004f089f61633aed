package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.DropoutMask;
import io.dcd.engine.operation.Dropout;

/** y = m·x and dx = m·dy, with m 0 for what falls and 1/(1 − rate) for what stays; m = 1 at inference. */
record DropoutKernel(Dropout operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer y = memory.value(operation.output());
        for (int i = 0; i < x.size(); i++) {
            y.set(i, x.get(i) * factor(i));
        }
    }

    @Override
    public void backward() {
        ReferenceBuffer dy = memory.gradient(operation.output());
        InputGradient dx = memory.inputGradient(operation.input());
        for (int i = 0; i < dy.size(); i++) {
            dx.add(i, dy.get(i) * factor(i));
        }
    }

    private double factor(int index) {
        if (!memory.training()) {
            return 1;
        }
        double rate = operation.rate();
        long inBatch =
                (long) memory.memory().firstSample() * operation.input().shape().elements() + index;
        return DropoutMask.drops(memory.memory().randomKey(), inBatch, rate) ? 0 : 1 / (1 - rate);
    }
}
