package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.ScaledSum;

/** y[n,t,c] = f[n,c]·x[n,t,c] + b[n,t,c]; dx = f·dy, df[n,c] = Σ_t x[n,t,c]·dy[n,t,c], db = dy. */
record ScaledSumKernel(ScaledSum operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer factor = memory.value(operation.factor());
        ReferenceBuffer summand = memory.value(operation.summand());
        ReferenceBuffer y = memory.value(operation.output());
        for (int i = 0; i < x.size(); i++) {
            y.set(i, factor.get(factorOf(i)) * x.get(i) + summand.get(i));
        }
    }

    @Override
    public void backward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer factor = memory.value(operation.factor());
        ReferenceBuffer dy = memory.gradient(operation.output());
        InputGradient dx = memory.inputGradient(operation.input());
        InputGradient factorGradient = memory.inputGradient(operation.factor());
        InputGradient summandGradient = memory.inputGradient(operation.summand());
        for (int i = 0; i < x.size(); i++) {
            dx.add(i, factor.get(factorOf(i)) * dy.get(i));
            factorGradient.add(factorOf(i), x.get(i) * dy.get(i));
            summandGradient.add(i, dy.get(i));
        }
    }

    private int factorOf(int index) {
        int channels = operation.input().shape().channels();
        return index / operation.input().shape().elements() * channels + index % channels;
    }
}
