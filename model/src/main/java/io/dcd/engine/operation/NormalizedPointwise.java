package io.dcd.engine.operation;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * y = f(BN(λ ⊙ (W·x) + P·u)): a dynamic pointwise convolution with the batch normalisation and the activation that
 * follow it; P·u may be missing. It stands for its {@link #parts}, of whose tensors only y is seen outside, so that a
 * backend can compute it without forming the others. Only a backend's own rewriting makes it.
 *
 * @param fixed W·x, kernel 1, stride 1
 * @param attention the factors λ of the samples
 * @param residual P·u, kernel 1, stride 1
 * @param sum of both, if there is a residual
 * @param normalization the batch normalisation and f
 */
public record NormalizedPointwise(
        Convolution fixed,
        Scale attention,
        Optional<Convolution> residual,
        Optional<Add> sum,
        BatchNormalization normalization)
        implements Operation {
    /** The operations that it stands for, in order; what it means is what they mean. */
    public List<Operation> parts() {
        return Stream.of(Stream.of(fixed, attention), residual.stream(), sum.stream(), Stream.of(normalization))
                .flatMap(operations -> operations.map(Operation.class::cast))
                .toList();
    }

    @Override
    public List<Tensor> inputs() {
        return Stream.concat(
                        Stream.of(fixed.input(), attention.factor()),
                        residual.stream().map(Convolution::input))
                .toList();
    }

    @Override
    public Tensor output() {
        return normalization.output();
    }

    @Override
    public List<Parameter> parameters() {
        return parts().stream().flatMap(part -> part.parameters().stream()).toList();
    }

    @Override
    public boolean reducesBatch() {
        return true;
    }

    @Override
    public List<Tensor> keptForBackward() {
        return inputs();
    }

    @Override
    public List<Tensor> keptForReduction() {
        return Stream.concat(inputs().stream(), Stream.of(output())).toList();
    }

    @Override
    public boolean keepsGradient() {
        return false;
    }

    @Override
    public boolean recomputable() {
        return true;
    }

    @Override
    public <R> R accept(OperationVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
