package io.dcd.engine.lowering;

import io.dcd.engine.graph.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.util.GraphIndices;

/**
 * Where DL4J's flat parameter vector holds each parameter of a network: the layers follow each other in DL4J's
 * topological order, the parameters of a layer in the order of its definition.
 */
public final class ParameterLayout {
    private final List<Vertex> vertices = new ArrayList<>();
    private final List<Layer> layers = new ArrayList<>();

    /**
     * A layer and its slices.
     *
     * @param name of its vertex
     * @param layer its definition, or what stands for it where DL4J's own class defines it
     * @param specifications what it declares
     * @param parameters what it owns, in the same order
     */
    public record Layer(
            String name,
            LowerableLayer layer,
            List<ParameterSpecification> specifications,
            LayerParameters parameters) {}

    /** A vertex in topological order; the inputs of the network are none. */
    record Vertex(String name, GraphVertex definition) {}

    /** The layout of {@code configuration}. */
    public ParameterLayout(ComputationGraphConfiguration configuration) {
        GraphIndices indices = new ComputationGraph(configuration).calculateIndices();
        Map<String, GraphVertex> definitions = configuration.getVertices();
        ActivationFusion fusion = new ActivationFusion(configuration);
        long offset = 0;
        for (int index : indices.getTopologicalSortOrder()) {
            String name = indices.getIdxToName().get(index);
            if (configuration.getNetworkInputs().contains(name)) {
                continue;
            }
            GraphVertex definition = definitions.get(name);
            vertices.add(new Vertex(name, definition));
            if (definition instanceof LayerVertex layerVertex) {
                Layer layer = layer(name, layerVertex, fusion, offset);
                layers.add(layer);
                offset += layer.specifications().stream()
                        .mapToLong(ParameterSpecification::elements)
                        .sum();
            }
        }
    }

    /** All layers, by offset. */
    public List<Layer> layers() {
        return List.copyOf(layers);
    }

    /** All parameters, by offset. */
    public List<Parameter> parameters() {
        return layers.stream()
                .flatMap(layer -> layer.parameters().all().stream())
                .toList();
    }

    List<Vertex> vertices() {
        return List.copyOf(vertices);
    }

    private static Layer layer(String name, LayerVertex vertex, ActivationFusion fusion, long offset) {
        LowerableLayer layer = StockLayers.lowerable(name, vertex, fusion);
        List<ParameterSpecification> specifications = layer.parameterSpecifications();
        return new Layer(name, layer, specifications, new LayerParameters(name, specifications, offset));
    }
}
