package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;

/** y = f(x), value by value; shapes equal. */
public record Activate(Tensor input, Activation activation, Tensor output) implements Operation {
    @Override
    public List<Tensor> inputs() {
        return List.of(input);
    }

    @Override
    public List<Tensor> keptForBackward() {
        return List.of(output);
    }

    @Override
    public <R> R accept(OperationVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
