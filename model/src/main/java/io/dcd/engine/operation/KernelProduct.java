package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * y[n] = f(X̃[n]·B[n]), every sample's own kernel at each of its positions. X̃ is narrow beside y, which is why y is computed
 * again rather than kept.
 *
 * @param input X̃ with K channels
 * @param kernel B, K rows of O values
 * @param activation f
 * @param output y with O channels
 */
public record KernelProduct(Tensor input, Tensor kernel, Activation activation, Tensor output)
        implements RewrittenOperation {
    @Override
    public List<Tensor> inputs() {
        return List.of(input, kernel);
    }

    @Override
    public List<Tensor> keptForBackward() {
        return activation == Activation.IDENTITY ? inputs() : List.of(input, kernel, output);
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
