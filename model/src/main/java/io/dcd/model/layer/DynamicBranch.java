package io.dcd.model.layer;

import static io.dcd.engine.lowering.ParameterSpecification.weight;

import io.dcd.engine.graph.GraphBuilder;
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
 * The branch of every DCD layer that looks at the whole input and yields Λ(x) and Φ(x) (paper, section 3.4; in detail as
 * the authors' published code has it):
 *
 * <pre>
 * s = adaptiveAvgPool(x, p×p) as a vector     C_in·p²
 * h = FC1·s                                   S × C_in·p²
 * g = h ⊙ hσ(FC2·h)                           S × S
 * λ = hσ(FCΛ·g)                               C_out × S
 * φ = FCΦ·g                                   F × S, F the number of Φ's entries
 * </pre>
 *
 * where hσ(t) = clip(t + 3, 0, 6)/3. No fully connected layer has a bias. s is flattened position by position with the
 * channels innermost; PyTorch's order is the other way round, so FC1's columns are permuted between the two.
 *
 * <p>Trainable parameters: S·(C_in·p² + S), with Λ S·C_out more, with Φ S·F more.
 *
 * @param pooling p
 * @param squeezed S, the width of the branch
 * @param attention whether there is Λ(x), else Λ = 1
 * @param fusion whether there is Φ(x), else the residual is 0
 * @param initialization of the fully connected layers
 */
public record DynamicBranch(
        @JsonProperty("pooling") int pooling,
        @JsonProperty("squeezed") int squeezed,
        @JsonProperty("attention") boolean attention,
        @JsonProperty("fusion") boolean fusion,
        @JsonProperty("initialization") LinearInitialization initialization)
        implements Serializable {
    @JsonCreator
    public DynamicBranch {
        Requirement.check(pooling >= 1, "the pooling must be at least 1×1, got %d", pooling);
        Requirement.check(squeezed >= 1, "the width S of the branch must be at least 1, got %d", squeezed);
        Requirement.check(attention || fusion, "a dynamic layer needs Λ or Φ, got neither");
    }

    /** With Λ and Φ. */
    public static DynamicBranch of(int pooling, int squeezed, LinearInitialization initialization) {
        return new DynamicBranch(pooling, squeezed, true, true, initialization);
    }

    /**
     * What a branch yields for an input.
     *
     * @param attention λ, a vector of C_out values
     * @param fusion φ, a vector of F values
     */
    record Coefficients(Optional<Tensor> attention, Optional<Tensor> fusion) {
        /** λ ⊙ {@code value}, or the value itself where there is no Λ. */
        Tensor attend(GraphBuilder graph, Tensor value) {
            return attention
                    .map(factor -> graph.scale("attended", value, factor))
                    .orElse(value);
        }
    }

    /** What the branch of a layer whose Φ has {@code entries} entries owns. */
    List<ParameterSpecification> parameterSpecifications(int inputs, int outputs, int entries) {
        List<ParameterSpecification> list = new ArrayList<>();
        int pooled = inputs * pooling * pooling;
        InitialValues squeezedValues = initialization.weights(squeezed);
        list.add(weight("FC1", initialization.weights(pooled), squeezed, pooled));
        list.add(weight("FC2", squeezedValues, squeezed, squeezed));
        if (attention) {
            list.add(weight("FClambda", squeezedValues, outputs, squeezed));
        }
        if (fusion) {
            list.add(weight("FCphi", squeezedValues, entries, squeezed));
        }
        return list;
    }

    /** λ and φ for {@code x}. */
    Coefficients lower(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        boolean vector = x.shape().positions() == 1 && pooling == 1;
        Tensor s = vector ? x : graph.averagePooling("s", x, pooling, pooling);
        Tensor h = graph.matrixProduct("h", s, parameters.get("FC1"));
        Tensor gate = hardSigmoid(graph, "gate", graph.matrixProduct("gateLogits", h, parameters.get("FC2")));
        Tensor g = graph.scale("g", h, gate);
        Optional<Tensor> lambda = Optional.empty();
        if (attention) {
            Tensor logits = graph.matrixProduct("lambdaLogits", g, parameters.get("FClambda"));
            lambda = Optional.of(hardSigmoid(graph, "lambda", logits));
        }
        Optional<Tensor> phi = Optional.empty();
        if (fusion) {
            phi = Optional.of(graph.matrixProduct("phi", g, parameters.get("FCphi")));
        }
        return new Coefficients(lambda, phi);
    }

    private static Tensor hardSigmoid(GraphBuilder graph, String name, Tensor input) {
        return graph.activate(name, input, Activation.DOUBLE_HARD_SIGMOID);
    }
}
