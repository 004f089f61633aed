package io.dcd.engine.folding;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.graph.Graph;
import java.util.List;

/**
 * A graph for inference whose operations read parameters that are computed from those of another graph.
 *
 * @param graph with the original parameters, in their places, and the derived ones behind them
 * @param originalElements the length of the original flat vector
 * @param derivations of the derived parameters
 */
public record FoldedGraph(Graph graph, long originalElements, List<Derivation> derivations) {
    public FoldedGraph {
        derivations = List.copyOf(derivations);
    }

    /** {@code graph} as it is. */
    public static FoldedGraph unchanged(Graph graph) {
        return new FoldedGraph(graph, graph.parameterElements(), List.of());
    }

    /** Computes the derived parameters in a vector whose first {@link #originalElements} values are the original ones. */
    public void derive(Buffer parameters) {
        derivations.forEach(derivation -> derivation.run(parameters));
    }
}
