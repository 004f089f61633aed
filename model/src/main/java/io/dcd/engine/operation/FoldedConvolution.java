package io.dcd.engine.operation;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * y = f(λ ⊙ (W * x) + b + r): a convolution with the batch normalisation, the sum and the activation that follow it, as
 * {@link io.dcd.engine.folding.Folding} makes it for inference.
 *
 * @param weights W (k, k, C_in, C_out), or (k, k, C) where every channel has its own filter
 * @param bias b (C_out)
 * @param stride the same in both directions
 * @param padding zeros on every side
 * @param coefficients whose first values are the factors λ of the sample's channels; none where λ is 1
 * @param summand r, shaped as y, or none
 * @param activation f
 */
public record FoldedConvolution(
        Tensor input,
        Parameter weights,
        Parameter bias,
        int stride,
        int padding,
        Optional<Tensor> coefficients,
        Optional<Tensor> summand,
        Activation activation,
        Tensor output)
        implements RewrittenOperation {
    /** The kernel's side k. */
    public int kernel() {
        return weights.shape().get(0);
    }

    /** Whether every channel has its own filter. */
    public boolean depthwise() {
        return weights.shape().size() == 3;
    }

    @Override
    public List<Tensor> inputs() {
        return Stream.of(Stream.of(input), coefficients.stream(), summand.stream())
                .flatMap(tensors -> tensors)
                .toList();
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(weights, bias);
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
