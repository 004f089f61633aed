package io.dcd.engine.fusion;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.operation.Add;
import io.dcd.engine.operation.BatchNormalization;
import io.dcd.engine.operation.Convolution;
import io.dcd.engine.operation.NormalizedPointwise;
import io.dcd.engine.operation.Operation;
import io.dcd.engine.operation.Scale;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Finds dynamic pointwise convolutions that a batch normalisation follows, and makes each one operation. */
public final class PointwiseFusion {
    private final Graph graph;
    private final Producers producers;

    private PointwiseFusion(Graph graph) {
        this.graph = graph;
        this.producers = new Producers(graph);
    }

    /** {@code graph} with every match for which {@code worthwhile} holds replaced. */
    public static Graph apply(Graph graph, Predicate<NormalizedPointwise> worthwhile) {
        return new PointwiseFusion(graph).rewrite(worthwhile);
    }

    private Graph rewrite(Predicate<NormalizedPointwise> worthwhile) {
        Map<Operation, NormalizedPointwise> replacements = new HashMap<>();
        Set<Operation> replaced = new HashSet<>();
        for (Operation operation : graph.operations()) {
            if (operation instanceof BatchNormalization normalization) {
                match(normalization).filter(worthwhile).ifPresent(fused -> {
                    replacements.put(normalization, fused);
                    replaced.addAll(fused.parts());
                });
            }
        }
        List<Operation> operations = new ArrayList<>();
        for (Operation operation : graph.operations()) {
            if (replacements.containsKey(operation)) {
                operations.add(replacements.get(operation));
            } else if (!replaced.contains(operation)) {
                operations.add(operation);
            }
        }
        return new Graph(graph.tensors(), graph.inputs(), operations, graph.output(), graph.parameters());
    }

    private Optional<NormalizedPointwise> match(BatchNormalization normalization) {
        Operation producer = producers.sole(normalization.input());
        if (producer instanceof Add sum
                && producers.sole(sum.right()) instanceof Convolution residual
                && isPointwise(residual)) {
            return match(producers.sole(sum.left()), Optional.of(residual), Optional.of(sum), normalization);
        }
        return match(producer, Optional.empty(), Optional.empty(), normalization);
    }

    private Optional<NormalizedPointwise> match(
            Operation term, Optional<Convolution> residual, Optional<Add> sum, BatchNormalization normalization) {
        if (!(term instanceof Scale attention)
                || !(producers.sole(attention.input()) instanceof Convolution fixed)
                || !isPointwise(fixed)) {
            return Optional.empty();
        }
        NormalizedPointwise fused = new NormalizedPointwise(fixed, attention, residual, sum, normalization);
        // An operation's inputs must differ from each other.
        boolean distinct =
                new HashSet<>(fused.inputs()).size() == fused.inputs().size();
        return distinct ? Optional.of(fused) : Optional.empty();
    }

    private static boolean isPointwise(Convolution convolution) {
        return convolution.kernel() == 1 && convolution.stride() == 1 && convolution.padding() == 0;
    }
}
