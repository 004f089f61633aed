package io.dcd.model.layer;

import static io.dcd.engine.lowering.ParameterSpecification.bias;
import static io.dcd.engine.lowering.ParameterSpecification.weight;

import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.lowering.LayerParameters;
import io.dcd.engine.lowering.ParameterSpecification;
import io.dcd.engine.operation.Activation;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Squeeze and excitation (Hu et al. 2018, section 3), which the paper sets against its channel attention:
 *
 * <pre>
 * y = x ⊙ σ(FC2·ReLU(FC1·s + b1) + b2),   s = mean of x over all positions
 * </pre>
 *
 * x and y are (N, H, W, C); FC1 is (S, C), FC2 is (C, S).
 *
 * <p>Trainable parameters: 2·C·S + S + C.
 */
public final class SqueezeExcitation extends ImageLayer<SqueezeExcitation.Options> {
    /**
     * What distinguishes two such layers.
     *
     * @param squeezed S
     * @param initialization of the fully connected layers
     */
    public record Options(
            @JsonProperty("squeezed") int squeezed,
            @JsonProperty("initialization") LinearInitialization initialization) implements Serializable {
        @JsonCreator
        public Options {
            Requirement.check(squeezed >= 1, "the width S must be at least 1, got %d", squeezed);
        }
    }

    /** For DL4J's JSON reader. */
    public SqueezeExcitation() {}

    /** A layer of {@code channels} channels. */
    public SqueezeExcitation(int channels, Options options) {
        super(channels, channels, options);
    }

    @Override
    protected int stride() {
        return 1;
    }

    @Override
    public List<ParameterSpecification> parameterSpecifications() {
        int squeezed = options().squeezed();
        LinearInitialization initialization = options().initialization();
        return List.of(
                weight("FC1", initialization.weights(inputs()), squeezed, inputs()),
                bias("b1", initialization.bias(inputs()), squeezed),
                weight("FC2", initialization.weights(squeezed), outputs(), squeezed),
                bias("b2", initialization.bias(squeezed), outputs()));
    }

    @Override
    public Tensor lower(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        Tensor s = graph.averagePooling("s", x, 1, 1);
        Tensor h = graph.matrixProduct("h", s, parameters.get("FC1"), Optional.of(parameters.get("b1")));
        Tensor hidden = graph.activate("hidden", h, Activation.RELU);
        Tensor z = graph.matrixProduct("z", hidden, parameters.get("FC2"), Optional.of(parameters.get("b2")));
        return graph.scale("y", x, graph.activate("excitation", z, Activation.SIGMOID));
    }
}
