package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.Scale;

/** y[n,t,c] = f[n,c]·x[n,t,c]; dx[n,t,c] = f[n,c]·dy[n,t,c]; df[n,c] = Σ_t x[n,t,c]·dy[n,t,c]. */
record ScaleKernel(Scale operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer factor = memory.value(operation.factor());
        ReferenceBuffer y = memory.value(operation.output());
        for (int i = 0; i < x.size(); i++) {
            y.set(i, factor.get(factorOf(i)) * x.get(i));
        }
    }

    @Override
    public void backward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer factor = memory.value(operation.factor());
        ReferenceBuffer dy = memory.gradient(operation.output());
        InputGradient dx = memory.inputGradient(operation.input());
        InputGradient factorGradient = memory.inputGradient(operation.factor());
        for (int i = 0; i < x.size(); i++) {
            dx.add(i, factor.get(factorOf(i)) * dy.get(i));
            factorGradient.add(factorOf(i), x.get(i) * dy.get(i));
        }
    }

    private int factorOf(int index) {
        int channels = operation.input().shape().channels();
        return index / operation.input().shape().elements() * channels + index % channels;
    }
}
