package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;

/** Largest value of every kernel × kernel window, padded with −∞; the first of equal values takes the gradient. */
public record MaxPooling(Tensor input, int kernel, int stride, int padding, Tensor output) implements Operation {
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
