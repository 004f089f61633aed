package io.dcd.engine.operation;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * y[n, t, g, o] = Σ_c W[g, o, c]·x[n, t, g, c]: the channels of x and of y are divided into G groups, and each group of y
 * sees the group of x with the same number.
 *
 * @param weights W (C_out, C_in/G, 1, 1), the rows of one group after those of another
 * @param groups G, which divides C_in and C_out
 */
public record GroupedPointwise(Tensor input, Parameter weights, int groups, Tensor output) implements Operation {
    @Override
    public List<Tensor> inputs() {
        return List.of(input);
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(weights);
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
