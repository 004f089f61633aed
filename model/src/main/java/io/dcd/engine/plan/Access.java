package io.dcd.engine.plan;

import io.dcd.engine.backend.Phase;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Operation;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The tensors that one phase of an operation touches.
 *
 * @param values whose values it reads or writes
 * @param gradients whose gradients it reads or writes
 */
record Access(Set<Tensor> values, Set<Tensor> gradients) {
    static Access of(Operation operation, Phase phase, GradientFlow gradients) {
        return switch (phase) {
            case REDUCE_FORWARD -> new Access(ordered(operation.inputs()), Set.of());
            case FORWARD, RECOMPUTE -> new Access(with(operation.inputs(), operation.output()), Set.of());
            case REDUCE_BACKWARD ->
                new Access(ordered(operation.keptForReduction()), ordered(List.of(operation.output())));
            case BACKWARD -> {
                List<Tensor> sources =
                        operation.inputs().stream().filter(gradients::needed).toList();
                yield new Access(ordered(operation.keptForBackward()), with(sources, operation.output()));
            }
        };
    }

    /** In the order given, so that memory is laid out alike in every run. */
    private static Set<Tensor> ordered(List<Tensor> tensors) {
        return new LinkedHashSet<>(tensors);
    }

    private static Set<Tensor> with(List<Tensor> tensors, Tensor another) {
        Set<Tensor> all = ordered(tensors);
        all.add(another);
        return all;
    }
}
