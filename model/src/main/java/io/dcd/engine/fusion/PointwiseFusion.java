package io.dcd.engine.fusion;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Tensor;
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
    private final Map<Tensor, Operation> producers = new HashMap<>();
    private final Map<Tensor, Integer> readers = new HashMap<>();

    private PointwiseFusion(Graph graph) {
        this.graph = graph;
        for (Operation operation : graph.operations()) {
            producers.put(operation.output(), operation);
            operation.inputs().forEach(input -> readers.merge(input, 1, Integer::sum));
        }
        readers.merge(graph.output(), 1, Integer::sum);
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
        Operation producer = soleProducer(normalization.input());
        if (producer instanceof Add sum
                && soleProducer(sum.right()) instanceof Convolution residual
                && isPointwise(residual)) {
            return match(soleProducer(sum.left()), Optional.of(residual), Optional.of(sum), normalization);
        }
        return match(producer, Optional.empty(), Optional.empty(), normalization);
    }

    private Optional<NormalizedPointwise> match(
            Operation term, Optional<Convolution> residual, Optional<Add> sum, BatchNormalization normalization) {
        if (!(term instanceof Scale attention)
                || !(soleProducer(attention.input()) instanceof Convolution fixed)
                || !isPointwise(fixed)) {
            return Optional.empty();
        }
        NormalizedPointwise fused = new NormalizedPointwise(fixed, attention, residual, sum, normalization);
        // An operation's inputs must differ from each other.
        boolean distinct =
                new HashSet<>(fused.inputs()).size() == fused.inputs().size();
        return distinct ? Optional.of(fused) : Optional.empty();
    }

    /** The operation that writes {@code tensor}, or null if not exactly one operation reads it or none writes it. */
    private Operation soleProducer(Tensor tensor) {
        return readers.get(tensor) == 1 ? producers.get(tensor) : null;
    }

    private static boolean isPointwise(Convolution convolution) {
        return convolution.kernel() == 1 && convolution.stride() == 1 && convolution.padding() == 0;
    }
}
