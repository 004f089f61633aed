package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * y[n, t, i] = Σ_j M[n, i, j]·x[n, t, j]: every sample's own matrix applied at each of its positions.
 *
 * @param matrix M, a vector of I·J channels for each sample, row-major I × J
 * @param input x with J channels
 * @param output y with I channels, height and width of x
 */
public record BatchedProduct(Tensor matrix, Tensor input, Tensor output) implements Operation {
    @Override
    public List<Tensor> inputs() {
        return List.of(matrix, input);
    }

    @Override
    public List<Tensor> keptForBackward() {
        return List.of(matrix, input);
    }

    @Override
    public <R> R accept(OperationVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
