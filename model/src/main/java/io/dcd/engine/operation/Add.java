package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;

/** y = a + b; shapes equal. */
public record Add(Tensor left, Tensor right, Tensor output) implements Operation {
    @Override
    public List<Tensor> inputs() {
        return List.of(left, right);
    }

    @Override
    public List<Tensor> keptForBackward() {
        return List.of();
    }

    @Override
    public <R> R accept(OperationVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
