package io.dcd.engine.operation;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * y[n, p, q, c] = Σ_{r, s} W[r, s, c]·x[n, p·stride + r − padding, q·stride + s − padding, c], zero outside.
 *
 * @param weights W (k, k, C): the order of DL4J's depthwise layers
 * @param stride the same in both directions
 * @param padding zeros on every side
 */
public record DepthwiseConvolution(Tensor input, Parameter weights, int stride, int padding, Tensor output)
        implements Operation {
    /** The kernel's side k. */
    public int kernel() {
        return weights.shape().get(0);
    }

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
