package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.Activate;
import io.dcd.engine.operation.Activation;

/** y = f(x); dx = f′(x)·dy. */
final class ActivateKernel implements Kernel {
    private final Activation activation;
    private final ReferenceBuffer x;
    private final ReferenceBuffer y;
    private final ReferenceBuffer dy;
    private final InputGradient dx;

    ActivateKernel(Activate operation, KernelMemory memory) {
        activation = operation.activation();
        x = ReferenceBuffer.of(memory.value(operation.input()));
        y = ReferenceBuffer.of(memory.value(operation.output()));
        dx = new InputGradient(memory, operation.input());
        dy = dx.wanted() ? ReferenceBuffer.of(memory.gradient(operation.output())) : null;
    }

    @Override
    public void forward() {
        for (int i = 0; i < x.size(); i++) {
            y.set(i, activation.value(x.get(i)));
        }
    }

    @Override
    public void backward() {
        dx.begin();
        for (int i = 0; i < y.size(); i++) {
            dx.add(i, activation.derivativeFromValue(y.get(i)) * dy.get(i));
        }
    }
}
