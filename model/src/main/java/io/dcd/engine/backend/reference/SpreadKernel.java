package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.Spread;

/** y[n,c] = x[n,k]; dx[n,k] = Σ_c dy[n,c]. */
record SpreadKernel(Spread operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer y = memory.value(operation.output());
        for (int i = 0; i < y.size(); i++) {
            y.set(i, x.get(source(i)));
        }
    }

    @Override
    public void backward() {
        ReferenceBuffer dy = memory.gradient(operation.output());
        InputGradient dx = memory.inputGradient(operation.input());
        for (int i = 0; i < dy.size(); i++) {
            dx.add(source(i), dy.get(i));
        }
    }

    private int source(int output) {
        int sample = output / operation.output().shape().channels();
        return sample * operation.input().shape().channels() + operation.index();
    }
}
