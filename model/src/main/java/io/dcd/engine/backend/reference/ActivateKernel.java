package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.Activate;
import io.dcd.engine.operation.Activation;

/** y = f(x); dx = f′(x)·dy. */
record ActivateKernel(Activate operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        Activation activation = operation.activation();
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer y = memory.value(operation.output());
        for (int i = 0; i < x.size(); i++) {
            y.set(i, activation.value(x.get(i)));
        }
    }

    @Override
    public void backward() {
        Activation activation = operation.activation();
        ReferenceBuffer y = memory.value(operation.output());
        ReferenceBuffer dy = memory.gradient(operation.output());
        InputGradient dx = memory.inputGradient(operation.input());
        for (int i = 0; i < y.size(); i++) {
            dx.add(i, activation.derivativeFromValue(y.get(i)) * dy.get(i));
        }
    }
}
