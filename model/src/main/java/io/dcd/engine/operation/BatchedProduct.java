package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * y[n, t, b, i] = Σ_j M[n, b, i, j]·x[n, t, b, j]: every sample's own block-diagonal matrix applied at each of its
 * positions.
 *
 * @param matrix M, for each sample a vector with the B blocks one after another, each row-major I × J
 * @param blocks B; the matrix is full where it is 1
 * @param input x with B·J channels
 * @param output y with B·I channels, height and width of x
 */
public record BatchedProduct(Tensor matrix, int blocks, Tensor input, Tensor output) implements Operation {
    /** J. */
    public int columns() {
        return input.shape().channels() / blocks;
    }

    /** I. */
    public int rows() {
        return output.shape().channels() / blocks;
    }

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
