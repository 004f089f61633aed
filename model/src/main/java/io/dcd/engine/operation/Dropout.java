package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * In training each value is 0 with probability {@code rate}, else divided by 1 − rate; at inference y = x. Which values
 * fall is a pure function of the plan's seed, the step and the value's index in the batch.
 */
public record Dropout(Tensor input, double rate, Tensor output) implements Operation {
    @Override
    public List<Tensor> inputs() {
        return List.of(input);
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
