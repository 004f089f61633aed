package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * E[n] = [I; m[n]], the matrix with x[n] = X̃[n]·E[n] for X̃ and m of {@link Centring}. Operations that are linear and treat
 * every position alike give the same whether they are applied to the rows of x or, before the product with X̃, to the few
 * rows of E.
 *
 * @param input x with C channels
 * @param output E, C + 1 rows of C values
 */
public record KernelBasis(Tensor input, Tensor output) implements RewrittenOperation {
    @Override
    public List<Tensor> inputs() {
        return List.of(input);
    }

    @Override
    public boolean differentiable() {
        return false;
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
