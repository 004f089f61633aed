package io.dcd.engine.operation;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * y = f(BN(λ ⊙ (W·x) + P·u)): a pointwise convolution, static or dynamic, with the batch normalisation and the
 * activation that follow it. λ and P·u may be missing, each by itself.
 *
 * @param fixed W·x, kernel 1, stride 1
 * @param attention the factors λ of the samples
 * @param residual P·u, kernel 1, stride 1
 * @param sum of both, if there is a residual
 * @param normalization the batch normalisation and f
 */
public record NormalizedPointwise(
        Convolution fixed,
        Optional<Scale> attention,
        Optional<Convolution> residual,
        Optional<Add> sum,
        BatchNormalization normalization)
        implements CompositeOperation {
    @Override
    public List<Operation> parts() {
        return Stream.of(
                        Stream.of(fixed), attention.stream(), residual.stream(), sum.stream(), Stream.of(normalization))
                .flatMap(operations -> operations.map(Operation.class::cast))
                .toList();
    }

    @Override
    public List<Tensor> inputs() {
        return Stream.of(
                        Stream.of(fixed.input()),
                        attention.stream().map(Scale::factor),
                        residual.stream().map(Convolution::input))
                .flatMap(tensors -> tensors)
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
    public List<Tensor> keptForBackward() {
        return Stream.concat(inputs().stream(), Stream.of(output())).toList();
    }
}
