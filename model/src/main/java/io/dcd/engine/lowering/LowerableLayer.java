package io.dcd.engine.lowering;

import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Tensor;
import java.util.List;

/** A layer that can be written as primitive operations. Layer definitions outside of the engine implement it. */
public interface LowerableLayer {
    /** What it owns, in the order of DL4J's flat parameter vector; empty for a layer without parameters. */
    default List<ParameterSpecification> parameterSpecifications() {
        return List.of();
    }

    /**
     * Writes the layer's operations.
     *
     * @param graph where to write them; it already knows the layer's name
     * @param input what the layer reads
     * @param parameters the layer's slices of the flat vector, by key
     * @return the layer's result
     */
    Tensor lower(GraphBuilder graph, Tensor input, LayerParameters parameters);
}
