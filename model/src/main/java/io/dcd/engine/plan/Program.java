package io.dcd.engine.plan;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.folding.FoldedGraph;
import io.dcd.engine.folding.Folding;
import io.dcd.engine.graph.Graph;

/** The operations that a plan runs for those of a graph. */
final class Program {
    private Program() {}

    /** In training the graph as {@code backend} rewrites it, else its folded form if {@code options} allow. */
    static FoldedGraph of(Graph graph, Backend backend, PlanOptions options) {
        if (options.training()) {
            return FoldedGraph.unchanged(backend.rewrite(graph));
        }
        return options.folded() ? Folding.apply(graph) : FoldedGraph.unchanged(graph);
    }
}
