package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * X̃[n, t] = [x[n, t] − m[n] | 1], where m[n] is the row in the middle of the sample's map. It lies within some deviations of
 * the rows' mean, so that sums of products of X̃ keep the digits of a variance that is small beside the mean (Chan, Golub,
 * LeVeque 1983). What is computed from X̃ and a {@link KernelBasis} does not depend on m, so that m has no gradient.
 *
 * @param input x with C channels
 * @param output X̃ with C + 1 channels
 */
public record Centring(Tensor input, Tensor output) implements RewrittenOperation {
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
