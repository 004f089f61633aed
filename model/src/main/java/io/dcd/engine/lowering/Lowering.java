package io.dcd.engine.lowering;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;

/**
 * Turns a DL4J network into an engine graph. The graph's parameters lie where DL4J's flat vector holds them, its output
 * are the logits (the softmax belongs to the loss). Regularisation and updaters of the configuration are not part of a
 * graph: the training plan has its own.
 *
 * <p>A layer, vertex or option that the engine does not run is refused with an {@link IllegalArgumentException} that
 * names it.
 */
public final class Lowering {
    private final ComputationGraphConfiguration configuration;
    private final GraphBuilder graph = new GraphBuilder();
    private final Map<String, Tensor> values = new HashMap<>();

    private Lowering(ComputationGraphConfiguration configuration) {
        this.configuration = configuration;
    }

    /**
     * A graph that reads 8-bit RGB images of {@code height × width} and normalises them. (A DL4J configuration does not
     * keep the extent of its input.)
     *
     * @param mean of each channel, on a scale of 0…1
     * @param deviation of each channel, on a scale of 0…1
     */
    public static Graph ofImages(
            ComputationGraphConfiguration configuration,
            int height,
            int width,
            List<Double> mean,
            List<Double> deviation) {
        return new Lowering(configuration).lower(builder -> builder.images(height, width, mean, deviation));
    }

    /** A graph that reads numbers of the shape {@code input}, its only input tensor. */
    public static Graph ofTensors(ComputationGraphConfiguration configuration, Shape input) {
        return new Lowering(configuration).lower(builder -> builder.input("input", input));
    }

    /** A graph of one layer that reads numbers of the shape {@code input}. */
    public static Graph ofLayer(String name, LowerableLayer layer, Shape input) {
        GraphBuilder graph = new GraphBuilder();
        LayerParameters parameters = new LayerParameters(name, layer.parameterSpecifications(), 0);
        Tensor output = layer.lower(graph.inLayer(name), graph.input("input", input), parameters);
        return graph.build(output, parameters.all());
    }

    private Graph lower(Function<GraphBuilder, Tensor> source) {
        String input = only("input", configuration.getNetworkInputs());
        String output = only("output", configuration.getNetworkOutputs());
        ParameterLayout layout = new ParameterLayout(configuration);
        Map<String, ParameterLayout.Layer> layers = new HashMap<>();
        layout.layers().forEach(layer -> layers.put(layer.name(), layer));

        values.put(input, source.apply(graph));
        for (ParameterLayout.Vertex vertex : layout.vertices()) {
            graph.inLayer(vertex.name());
            List<Tensor> inputs = configuration.getVertexInputs().get(vertex.name()).stream()
                    .map(values::get)
                    .toList();
            values.put(vertex.name(), lower(vertex, inputs, layers));
        }
        return graph.build(values.get(output), layout.parameters());
    }

    private Tensor lower(
            ParameterLayout.Vertex vertex, List<Tensor> inputs, Map<String, ParameterLayout.Layer> layers) {
        GraphVertex definition = vertex.definition();
        if (definition instanceof LayerVertex) {
            ParameterLayout.Layer layer = layers.get(vertex.name());
            return layer.layer().lower(graph, inputs.get(0), layer.parameters());
        }
        if (definition instanceof ElementWiseVertex elementWise
                && elementWise.getOp() == ElementWiseVertex.Op.Add
                && inputs.size() == 2) {
            return graph.add("sum", inputs.get(0), inputs.get(1));
        }
        throw new IllegalArgumentException("vertex %s (%s) is not supported: only the sum of two inputs is"
                .formatted(vertex.name(), definition.getClass().getSimpleName()));
    }

    private static String only(String what, List<String> names) {
        if (names.size() != 1) {
            throw new IllegalArgumentException("a network with one %s is needed, got %s".formatted(what, names));
        }
        return names.get(0);
    }
}
