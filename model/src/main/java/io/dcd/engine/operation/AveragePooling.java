package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * Adaptive average pooling to the output's height × width, as PyTorch defines it: output row i averages input rows
 * ⌊i·H/h⌋ … ⌈(i+1)·H/h⌉ − 1, so that windows overlap where h does not divide H; columns likewise.
 */
public record AveragePooling(Tensor input, Tensor output) implements Operation {
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
