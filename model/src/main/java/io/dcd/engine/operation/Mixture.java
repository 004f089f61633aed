package io.dcd.engine.operation;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * y[n] = Σ_k π[n, k]·W[k]: every sample's own sum of K arrays.
 *
 * @param coefficients π, a vector of K values
 * @param weights W (K, …), each array as large as the output
 */
public record Mixture(Tensor coefficients, Parameter weights, Tensor output) implements Operation {
    @Override
    public List<Tensor> inputs() {
        return List.of(coefficients);
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(weights);
    }

    @Override
    public List<Tensor> keptForBackward() {
        return List.of(coefficients);
    }

    @Override
    public <R> R accept(OperationVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
