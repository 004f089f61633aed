package io.dcd.engine.lowering;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * Which activation layers are computed together with the batch norm before them: those that alone read its result. DL4J
 * needs the separate layer, since its batch norm ignores the activation that its builder takes.
 */
final class ActivationFusion {
    /** The activation layer's vertex, by that of the batch norm. */
    private final Map<String, String> activations = new HashMap<>();

    private final ComputationGraphConfiguration configuration;

    ActivationFusion(ComputationGraphConfiguration configuration) {
        this.configuration = configuration;
        Map<String, Integer> readers = new HashMap<>();
        for (List<String> inputs : configuration.getVertexInputs().values()) {
            inputs.forEach(input -> readers.merge(input, 1, Integer::sum));
        }
        configuration.getNetworkOutputs().forEach(output -> readers.merge(output, 1, Integer::sum));
        configuration.getVertexInputs().forEach((vertex, inputs) -> {
            if (layer(vertex) instanceof ActivationLayer
                    && layer(inputs.get(0)) instanceof BatchNormalization
                    && readers.get(inputs.get(0)) == 1) {
                activations.put(inputs.get(0), vertex);
            }
        });
    }

    /** Whether the activation layer {@code vertex} is computed by the batch norm before it. */
    boolean fuses(String vertex) {
        return activations.containsValue(vertex);
    }

    /** The activation layer that the batch norm {@code vertex} computes too. */
    Optional<ActivationLayer> after(String vertex) {
        return Optional.ofNullable(activations.get(vertex)).map(name -> (ActivationLayer) layer(name));
    }

    private Layer layer(String vertex) {
        GraphVertex definition = configuration.getVertices().get(vertex);
        return definition instanceof LayerVertex layerVertex
                ? layerVertex.getLayerConf().getLayer()
                : null;
    }
}
