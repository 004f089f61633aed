package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.Broadcast;

/** y[n] = W; dW = Σ_n dy[n]. */
record BroadcastKernel(Broadcast operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        ReferenceBuffer weights = memory.parameter(operation.weights());
        ReferenceBuffer y = memory.value(operation.output());
        for (int i = 0; i < y.size(); i++) {
            y.set(i, weights.get(i % weights.size()));
        }
    }

    @Override
    public void backward() {
        ReferenceBuffer dy = memory.gradient(operation.output());
        ReferenceBuffer weightsGradient = memory.parameterGradient(operation.weights());
        for (int i = 0; i < dy.size(); i++) {
            weightsGradient.add(i % weightsGradient.size(), dy.get(i));
        }
    }
}
