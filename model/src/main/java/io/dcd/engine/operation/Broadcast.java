package io.dcd.engine.operation;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * y[n] = W: a parameter as the same value for every sample, from which operations on values form kernels.
 *
 * @param weights W, as large as the output
 */
public record Broadcast(Parameter weights, Tensor output) implements Operation {
    @Override
    public List<Tensor> inputs() {
        return List.of();
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(weights);
    }

    @Override
    public List<Tensor> keptForBackward() {
        return List.of();
    }

    @Override
    public <R> R accept(OperationVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
