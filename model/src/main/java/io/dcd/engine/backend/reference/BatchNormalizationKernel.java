package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.BatchNormalization;

/**
 * With x̂ = (x − μ)/√(σ² + ε), z = γ·x̂ + β, y = f(z) over T values of a channel, and dz = f′·dy: dβ = Σ dz, dγ = Σ dz·x̂,
 * dx = γ/√(σ² + ε)·(dz − dβ/T − x̂·dγ/T). Ioffe and Szegedy 2015. The sums over the batch lie in
 * {@link BatchNormalizationReduction}.
 */
record BatchNormalizationKernel(BatchNormalization operation, ReferenceMemory memory) implements PhasedKernel {
    /** Adds the slice's values and their squares. */
    @Override
    public void reduceForward() {
        ReferenceBuffer x = memory.value(operation.input());
        int channels = operation.input().shape().channels();
        for (int i = 0; i < x.size(); i++) {
            statistics().addValue(memory.memory().thread(), i % channels, x.get(i));
        }
    }

    @Override
    public void forward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer y = memory.value(operation.output());
        ReferenceBuffer scale = memory.parameter(operation.scale());
        ReferenceBuffer shift = memory.parameter(operation.shift());
        ReferenceBuffer runningMean = memory.parameter(operation.runningMean());
        ReferenceBuffer runningVariance = memory.parameter(operation.runningVariance());
        int channels = operation.input().shape().channels();
        for (int i = 0; i < x.size(); i++) {
            int c = i % channels;
            double normalized = memory.training()
                    ? statistics().normalized(c, x.get(i))
                    : (x.get(i) - runningMean.get(c)) / Math.sqrt(runningVariance.get(c) + operation.epsilon());
            y.set(i, operation.activation().value(scale.get(c) * normalized + shift.get(c)));
        }
    }

    /** Adds the slice's share of dβ and dγ, and puts dz in the place of dy. */
    @Override
    public void reduceBackward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer dz = memory.gradient(operation.output());
        int channels = operation.input().shape().channels();
        for (int i = 0; i < x.size(); i++) {
            dz.set(i, preActivationGradient(i));
            statistics().addGradient(memory.memory().thread(), i % channels, dz.get(i), x.get(i));
        }
    }

    @Override
    public void backward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer dz = memory.gradient(operation.output());
        ReferenceBuffer scale = memory.parameter(operation.scale());
        InputGradient dx = memory.inputGradient(operation.input());
        int channels = operation.input().shape().channels();
        for (int i = 0; i < x.size(); i++) {
            int c = i % channels;
            dx.add(i, scale.get(c) * statistics().inputGradient(c, dz.get(i), x.get(i)));
        }
    }

    private double preActivationGradient(int index) {
        double derivative =
                switch (operation.activation()) {
                    case IDENTITY -> 1;
                    case RELU, RELU6, DOUBLE_HARD_SIGMOID, SIGMOID ->
                        operation
                                .activation()
                                .derivativeFromValue(
                                        memory.value(operation.output()).get(index));
                };
        return derivative * memory.gradient(operation.output()).get(index);
    }

    private BatchNormalizationReduction statistics() {
        return (BatchNormalizationReduction) memory.memory().reduction();
    }
}
