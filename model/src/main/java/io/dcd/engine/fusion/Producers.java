package io.dcd.engine.fusion;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Operation;
import java.util.HashMap;
import java.util.Map;

/** Which operation of a graph writes a tensor, told to those who would merge it with the tensor's only reader. */
final class Producers {
    private final Map<Tensor, Operation> producers = new HashMap<>();
    private final Map<Tensor, Integer> readers = new HashMap<>();

    Producers(Graph graph) {
        for (Operation operation : graph.operations()) {
            producers.put(operation.output(), operation);
            operation.inputs().forEach(input -> readers.merge(input, 1, Integer::sum));
        }
        readers.merge(graph.output(), 1, Integer::sum);
    }

    /** The operation that writes {@code tensor}, or null if not exactly one operation reads it or none writes it. */
    Operation sole(Tensor tensor) {
        return readers.get(tensor) == 1 ? producers.get(tensor) : null;
    }
}
