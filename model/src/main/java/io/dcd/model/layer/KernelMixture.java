package io.dcd.model.layer;

import static io.dcd.engine.lowering.ParameterSpecification.bias;
import static io.dcd.engine.lowering.ParameterSpecification.weight;

import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.lowering.InitialValues;
import io.dcd.engine.lowering.LayerParameters;
import io.dcd.engine.lowering.ParameterSpecification;
import io.dcd.engine.operation.Activation;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The routing of the vanilla dynamic convolution that the paper starts from (equation 1), W(x) = Σ_k π_k(x)·W_k: what
 * yields π(x).
 *
 * <p>Trainable parameters besides the kernels: softmax routing C_in·S + S·K + K, sigmoid routing C_in·K + K. The softmax
 * has a temperature τ, a statistic named {@value #TEMPERATURE} that training lowers from {@value #FIRST_TEMPERATURE} to 1
 * over the first epochs.
 *
 * @param kernels K
 * @param routing what yields π
 * @param squeezed S, the width of the attention's hidden layer; not looked at by sigmoid routing
 * @param initialization of the fully connected layers
 */
public record KernelMixture(
        @JsonProperty("kernels") int kernels,
        @JsonProperty("routing") Routing routing,
        @JsonProperty("squeezed") int squeezed,
        @JsonProperty("initialization") LinearInitialization initialization)
        implements Serializable {
    /** The key of τ. */
    public static final String TEMPERATURE = "temperature";

    /** τ at the beginning of training (Chen et al. 2020, section 3.3). */
    public static final double FIRST_TEMPERATURE = 30;

    @JsonCreator
    public KernelMixture {
        Requirement.check(kernels >= 1, "at least 1 kernel K is needed, got %d", kernels);
        Requirement.check(squeezed >= 1, "the width S of the attention must be at least 1, got %d", squeezed);
    }

    /** The parameters of the routing. */
    List<ParameterSpecification> parameterSpecifications(int inputs) {
        List<ParameterSpecification> list = new ArrayList<>();
        switch (routing) {
            case SOFTMAX -> {
                list.add(weight("FC1", initialization.weights(inputs), squeezed, inputs));
                list.add(weight("FC2", initialization.weights(squeezed), kernels, squeezed));
                list.add(bias("b2", initialization.bias(squeezed), kernels));
                list.add(new ParameterSpecification(
                        TEMPERATURE,
                        List.of(1),
                        Parameter.Kind.STATISTIC,
                        Optional.of(new InitialValues.Constant(FIRST_TEMPERATURE))));
            }
            case SIGMOID -> {
                list.add(weight("FC1", initialization.weights(inputs), kernels, inputs));
                list.add(bias("b1", initialization.bias(inputs), kernels));
            }
        }
        return list;
    }

    /** π(x), a vector of K values. */
    Tensor lower(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        Tensor s = x.shape().positions() == 1 ? x : graph.averagePooling("s", x, 1, 1);
        return switch (routing) {
            case SOFTMAX -> {
                Tensor h = graph.matrixProduct("h", s, parameters.get("FC1"));
                Tensor hidden = graph.activate("hidden", h, Activation.RELU);
                Tensor z = graph.matrixProduct("z", hidden, parameters.get("FC2"), Optional.of(parameters.get("b2")));
                yield graph.softmax("attention", z, parameters.get(TEMPERATURE));
            }
            case SIGMOID -> {
                Tensor z = graph.matrixProduct("z", s, parameters.get("FC1"), Optional.of(parameters.get("b1")));
                yield graph.activate("routing", z, Activation.SIGMOID);
            }
        };
    }
}
