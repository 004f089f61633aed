package io.dcd.model.cost;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.lowering.Lowering;
import io.dcd.engine.operation.Operation;
import io.dcd.model.layer.FormableKernel;
import io.dcd.model.network.NetworkDefinition;
import io.dcd.model.network.NetworkOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * Parameters and multiply-adds of a network, exactly.
 *
 * @param network its name
 * @param imageSize height and width of its input
 * @param classes the number of classes
 * @param stemStride stride of its first convolution
 * @param trainableParameters those that a gradient moves
 * @param runningStatistics means and variances of batch norms, which training moves without a gradient
 * @param madds for one image
 * @param layers those that own parameters or multiply
 */
public record CostReport(
        String network,
        int imageSize,
        int classes,
        int stemStride,
        long trainableParameters,
        long runningStatistics,
        MultiplyAdds madds,
        List<LayerCost> layers) {
    private static final ExecutedMultiplyAdds EXECUTED = new ExecutedMultiplyAdds();

    public CostReport {
        layers = List.copyOf(layers);
    }

    /** The cost of {@code network} as {@code options} build it. */
    public static CostReport of(NetworkDefinition network, NetworkOptions options) {
        ComputationGraphConfiguration configuration = network.configuration(options);
        List<LayerCost> layers = layers(configuration, new Shape(options.imageSize(), options.imageSize(), 3));
        return new CostReport(
                network.name(),
                options.imageSize(),
                options.classes(),
                options.stemStride(),
                layers.stream().mapToLong(LayerCost::trainableParameters).sum(),
                layers.stream().mapToLong(LayerCost::runningStatistics).sum(),
                layers.stream().map(LayerCost::madds).reduce(MultiplyAdds.NONE, MultiplyAdds::plus),
                layers);
    }

    /** The cost of the layers of {@code configuration} that own parameters or multiply. */
    static List<LayerCost> layers(ComputationGraphConfiguration configuration, Shape input) {
        Graph graph = Lowering.ofTensors(configuration, input);
        Map<String, List<Operation>> operations = graph.operations().stream()
                .collect(Collectors.groupingBy(
                        operation -> layer(operation.output().name())));
        Map<String, List<Parameter>> parameters =
                graph.parameters().stream().collect(Collectors.groupingBy(Parameter::layer));
        List<LayerCost> costs = new ArrayList<>();
        for (Map.Entry<String, GraphVertex> vertex : configuration.getVertices().entrySet()) {
            if (vertex.getValue() instanceof LayerVertex layerVertex && operations.containsKey(vertex.getKey())) {
                LayerCost cost = cost(
                        vertex.getKey(),
                        layerVertex.getLayerConf().getLayer(),
                        operations.get(vertex.getKey()),
                        parameters.getOrDefault(vertex.getKey(), List.of()));
                if (cost.trainableParameters() > 0 || cost.madds().executed() > 0) {
                    costs.add(cost);
                }
            }
        }
        return costs;
    }

    private static LayerCost cost(String name, Layer layer, List<Operation> operations, List<Parameter> parameters) {
        Shape output = operations.get(operations.size() - 1).output().shape();
        long executed = operations.stream()
                .mapToLong(operation -> operation.accept(EXECUTED))
                .sum();
        long saved = layer instanceof FormableKernel formable
                ? Math.max(0, formable.multiplyAddsSavedByForming(output.positions()))
                : 0;
        return new LayerCost(
                name,
                layer.getClass().getSimpleName(),
                output.toString(),
                elements(parameters, Parameter.Kind::trainable),
                elements(parameters, kind -> !kind.trainable()),
                new MultiplyAdds(executed - saved, executed));
    }

    private static long elements(List<Parameter> parameters, Predicate<Parameter.Kind> kinds) {
        return parameters.stream()
                .filter(parameter -> kinds.test(parameter.kind()))
                .mapToLong(Parameter::elements)
                .sum();
    }

    /** The layer that an operation's result {@code layer.part} belongs to. */
    private static String layer(String tensor) {
        return tensor.substring(0, Math.max(0, tensor.lastIndexOf('.')));
    }
}
