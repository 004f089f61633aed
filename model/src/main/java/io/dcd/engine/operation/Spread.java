package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * y[n, c] = x[n, k] for every c: one value of a vector, as often as there are channels.
 *
 * @param input x, a vector
 * @param index k
 * @param output y, a vector
 */
public record Spread(Tensor input, int index, Tensor output) implements Operation {
    @Override
    public List<Tensor> inputs() {
        return List.of(input);
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
