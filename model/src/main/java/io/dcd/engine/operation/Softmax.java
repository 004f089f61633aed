package io.dcd.engine.operation;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * y[n, k] = exp(x[n, k]/τ) / Σ_j exp(x[n, j]/τ).
 *
 * @param input x, a vector
 * @param temperature τ, one value that no gradient moves: who trains may lower it from step to step
 * @param output y, a vector of as many values
 */
public record Softmax(Tensor input, Parameter temperature, Tensor output) implements Operation {
    @Override
    public List<Tensor> inputs() {
        return List.of(input);
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(temperature);
    }

    @Override
    public List<Tensor> keptForBackward() {
        return List.of(output);
    }

    @Override
    public <R> R accept(OperationVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
