package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.Scale;

/** y[n,t,c] = f[n,c]·x[n,t,c]; dx[n,t,c] = f[n,c]·dy[n,t,c]; df[n,c] = Σ_t x[n,t,c]·dy[n,t,c]. */
final class ScaleKernel implements Kernel {
    private final int channels;
    private final int sample;
    private final ReferenceBuffer x;
    private final ReferenceBuffer factor;
    private final ReferenceBuffer y;
    private final ReferenceBuffer dy;
    private final InputGradient dx;
    private final InputGradient factorGradient;

    ScaleKernel(Scale operation, KernelMemory memory) {
        channels = operation.input().shape().channels();
        sample = operation.input().shape().elements();
        x = ReferenceBuffer.of(memory.value(operation.input()));
        factor = ReferenceBuffer.of(memory.value(operation.factor()));
        y = ReferenceBuffer.of(memory.value(operation.output()));
        dx = new InputGradient(memory, operation.input());
        factorGradient = new InputGradient(memory, operation.factor());
        boolean backward = dx.wanted() || factorGradient.wanted();
        dy = backward ? ReferenceBuffer.of(memory.gradient(operation.output())) : null;
    }

    @Override
    public void forward() {
        for (int i = 0; i < x.size(); i++) {
            y.set(i, factor.get(factorOf(i)) * x.get(i));
        }
    }

    @Override
    public void backward() {
        dx.begin();
        factorGradient.begin();
        for (int i = 0; i < x.size(); i++) {
            dx.add(i, factor.get(factorOf(i)) * dy.get(i));
            factorGradient.add(factorOf(i), x.get(i) * dy.get(i));
        }
    }

    private int factorOf(int index) {
        return index / sample * channels + index % channels;
    }
}
