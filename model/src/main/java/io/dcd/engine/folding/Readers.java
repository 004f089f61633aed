package io.dcd.engine.folding;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who writes and who reads each tensor of a graph. */
final class Readers {
    private final Graph graph;
    private final Map<Tensor, Operation> producers = new HashMap<>();
    private final Map<Tensor, List<Operation>> readers = new HashMap<>();

    Readers(Graph graph) {
        this.graph = graph;
        for (Operation operation : graph.operations()) {
            producers.put(operation.output(), operation);
            for (Tensor input : operation.inputs()) {
                readers.computeIfAbsent(input, key -> new ArrayList<>()).add(operation);
            }
        }
    }

    /** The operation that writes {@code tensor}, if it is of the kind {@code type}. */
    <T extends Operation> Optional<T> producer(Tensor tensor, Class<T> type) {
        return Optional.ofNullable(producers.get(tensor))
                .filter(type::isInstance)
                .map(type::cast);
    }

    /** Whether exactly one operation, and not the caller of the plan, reads {@code tensor}. */
    boolean once(Tensor tensor) {
        return !tensor.equals(graph.output())
                && readers.getOrDefault(tensor, List.of()).size() == 1;
    }

    /** Whether only operations in {@code inside} read what {@code operation} writes. */
    boolean within(Operation operation, Set<Operation> inside) {
        return !operation.output().equals(graph.output())
                && inside.containsAll(readers.getOrDefault(operation.output(), List.of()));
    }
}
