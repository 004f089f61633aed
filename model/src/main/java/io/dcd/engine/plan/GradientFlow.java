package io.dcd.engine.plan;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Operation;

/** Which tensors of a graph need a gradient: those with a trainable parameter, or a wanted input, upstream. */
final class GradientFlow {
    private final boolean[] needed;

    GradientFlow(Graph graph, boolean ofInputs) {
        needed = new boolean[graph.tensors().size()];
        for (Tensor input : graph.inputs()) {
            needed[input.index()] = ofInputs;
        }
        for (Operation operation : graph.operations()) {
            boolean upstream = operation.inputs().stream().anyMatch(this::needed)
                    || operation.parameters().stream()
                            .anyMatch(parameter -> parameter.kind().trainable());
            needed[operation.output().index()] = upstream && operation.differentiable();
        }
    }

    boolean needed(Tensor tensor) {
        return needed[tensor.index()];
    }
}
