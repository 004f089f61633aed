package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * y[n, t] = f(K[n]ᵀ·[x[n, s·t] | 1] + r[n, t]): a pointwise convolution by every sample's own kernel, for inference.
 *
 * @param kernel K of {@link KernelFormation}
 * @param stride s, the same in both directions
 * @param summand r, shaped as y, or none
 * @param activation f
 */
public record FormedConvolution(
        Tensor kernel, Tensor input, int stride, Optional<Tensor> summand, Activation activation, Tensor output)
        implements RewrittenOperation {
    @Override
    public List<Tensor> inputs() {
        return Stream.concat(Stream.of(kernel, input), summand.stream()).toList();
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
