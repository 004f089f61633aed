package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * y[n, t, c] = f[n, c]·x[n, t, c]: every channel of every sample times its own factor.
 *
 * @param input x
 * @param factor f, a vector of x's channels
 * @param output y, shaped as x
 */
public record Scale(Tensor input, Tensor factor, Tensor output) implements Operation {
    @Override
    public List<Tensor> inputs() {
        return List.of(input, factor);
    }

    @Override
    public List<Tensor> keptForBackward() {
        return List.of(input, factor);
    }

    @Override
    public <R> R accept(OperationVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
