package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * y[n, t, c] = f[n, c]·x[n, t, c] + b[n, t, c]: the two terms of a dynamic convolution added up in one pass.
 *
 * @param input x
 * @param factor f, a vector of x's channels
 * @param summand b, shaped as x
 * @param output y, shaped as x
 */
public record ScaledSum(Tensor input, Tensor factor, Tensor summand, Tensor output) implements RewrittenOperation {
    @Override
    public List<Tensor> inputs() {
        return List.of(input, factor, summand);
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
