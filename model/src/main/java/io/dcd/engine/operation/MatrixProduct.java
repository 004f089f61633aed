package io.dcd.engine.operation;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * y[n, o] = Σ_i W[o, i]·x[n, i] + b[o], with each sample of x read as one vector in NHWC order.
 *
 * @param weights W (out, in)
 * @param bias b (out), or none
 */
public record MatrixProduct(Tensor input, Parameter weights, Optional<Parameter> bias, Tensor output)
        implements Operation {
    @Override
    public List<Tensor> inputs() {
        return List.of(input);
    }

    @Override
    public List<Parameter> parameters() {
        return Stream.concat(Stream.of(weights), bias.stream()).toList();
    }

    @Override
    public List<Tensor> keptForBackward() {
        return List.of(input);
    }

    @Override
    public <R> R accept(OperationVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
