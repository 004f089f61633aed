package io.dcd.engine.plan;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Operation;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** Refuses graphs that cannot run: with values that nobody computes before they are read, or that nobody reads. */
final class GraphCheck {
    private GraphCheck() {}

    static void check(Graph graph) {
        Set<Tensor> known = new LinkedHashSet<>(graph.inputs());
        Set<Tensor> read = new HashSet<>();
        read.add(graph.output());
        for (Operation operation : graph.operations()) {
            for (Tensor input : operation.inputs()) {
                require(known.contains(input), input, "is read before any operation has written it");
                read.add(input);
            }
            require(known.add(operation.output()), operation.output(), "is written twice");
        }
        require(known.contains(graph.output()), graph.output(), "is the output and written by no operation");
        for (Tensor tensor : known) {
            require(read.contains(tensor), tensor, "is read by no operation and is not the output");
        }
    }

    private static void require(boolean condition, Tensor tensor, String complaint) {
        if (!condition) {
            throw new IllegalArgumentException(tensor + " " + complaint);
        }
    }
}
