package io.dcd.engine.operation;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * y = f(γ·(x − μ)/√(σ² + ε) + β) for each channel. In training μ and the biased σ² are those of the batch over samples
 * and positions, and the running statistics move by {@code momentum} towards μ and the unbiased σ²; at inference they
 * are the running statistics.
 *
 * @param scale γ (C)
 * @param shift β (C)
 * @param runningMean running μ (C)
 * @param runningVariance running unbiased σ² (C)
 * @param epsilon ε
 * @param momentum the share of the batch in the running statistics, 0.1 in the reference
 * @param activation f
 */
public record BatchNormalization(
        Tensor input,
        Parameter scale,
        Parameter shift,
        Parameter runningMean,
        Parameter runningVariance,
        double epsilon,
        double momentum,
        Activation activation,
        Tensor output)
        implements Operation {
    /** The same with another f. */
    public BatchNormalization withActivation(Activation function) {
        return new BatchNormalization(
                input, scale, shift, runningMean, runningVariance, epsilon, momentum, function, output);
    }

    @Override
    public List<Tensor> inputs() {
        return List.of(input);
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(scale, shift, runningMean, runningVariance);
    }

    @Override
    public boolean reducesBatch() {
        return true;
    }

    @Override
    public List<Tensor> keptForBackward() {
        return List.of(input);
    }

    @Override
    public List<Tensor> keptForReduction() {
        return activation == Activation.IDENTITY ? List.of(input) : List.of(input, output);
    }

    @Override
    public boolean recomputable() {
        return true;
    }

    @Override
    public <R> R accept(OperationVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
