package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * y[n, p, q, o] = Σ_{r, s, c} W[n, r, s, o, c]·x[n, p·stride + r − padding, q·stride + s − padding, c], zero outside:
 * every sample is convolved with its own kernel.
 *
 * @param kernel W, for each sample a map of k × k positions with C_out·C_in channels, c innermost
 * @param stride the same in both directions
 * @param padding zeros on every side
 */
public record BatchedConvolution(Tensor kernel, Tensor input, int stride, int padding, Tensor output)
        implements Operation {
    /** The kernel's side k. */
    public int side() {
        return kernel.shape().height();
    }

    @Override
    public List<Tensor> inputs() {
        return List.of(kernel, input);
    }

    @Override
    public List<Tensor> keptForBackward() {
        return List.of(kernel, input);
    }

    @Override
    public <R> R accept(OperationVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
