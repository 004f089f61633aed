package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * G[n] = X̃[n]ᵀ·X̃[n], from which the moments of all products X̃·B follow. Only the symmetric part of a gradient of G matters,
 * so that it is given as a symmetric matrix, and dX̃ = 2·X̃·dG.
 *
 * @param input X̃ with K channels
 * @param output G, K rows of K values
 */
public record GramMatrix(Tensor input, Tensor output) implements RewrittenOperation {
    @Override
    public List<Tensor> inputs() {
        return List.of(input);
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
