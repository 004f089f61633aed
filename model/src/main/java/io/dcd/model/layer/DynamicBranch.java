package io.dcd.model.layer;

import static io.dcd.engine.lowering.ParameterSpecification.normalization;
import static io.dcd.engine.lowering.ParameterSpecification.weight;

import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.NormalizationParameters;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.lowering.LayerParameters;
import io.dcd.engine.lowering.ParameterSpecification;
import io.dcd.engine.operation.Activation;
import java.io.Serializable;
import java.util.stream.Stream;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The part of a DCD layer that looks at the whole input and yields Λ(x) and Φ(x) (paper, section 4.1; the reference
 * implementation's form):
 *
 * <pre>
 * s = adaptiveAvgPool(x, p×p) as a vector     C_in·p²
 * h = FC1·s                                   S × C_in·p²
 * g = h ⊙ hσ(FC2·h)                           S × S
 * Φ = FCΦ·g as a matrix                       L² × S
 * λ = hσ(FCΛ·g)                               C_out × S
 * </pre>
 *
 * where hσ(t) = clip(t + 3, 0, 6)/3, and the latent path between Q and P:
 *
 * <pre>
 * z = BN1(q),  u = BN2(Φ·z) + z               L channels
 * </pre>
 *
 * No fully connected layer has a bias. s is flattened position by position with the channels innermost; PyTorch's order
 * is the other way round, so FC1's columns are permuted between the two.
 *
 * <p>Trainable parameters: S·(C_in·p² + S + L² + C_out) + 4·L; running statistics: 4·L.
 *
 * @param pooling p
 * @param latent L, the dimension of the latent space
 * @param squeezed S, the width of the branch
 * @param initialization of the fully connected layers
 */
public record DynamicBranch(
        @JsonProperty("pooling") int pooling,
        @JsonProperty("latent") int latent,
        @JsonProperty("squeezed") int squeezed,
        @JsonProperty("initialization") LinearInitialization initialization)
        implements Serializable {
    /** ε of every batch normalisation of the reference. */
    private static final double EPSILON = 1e-5;

    /** Share of a batch in the running statistics, as the reference has it. */
    private static final double MOMENTUM = 0.1;

    @JsonCreator
    public DynamicBranch {
        Requirement.check(pooling >= 1, "the pooling must be at least 1×1, got %d", pooling);
        Requirement.check(latent >= 1, "the latent dimension L must be at least 1, got %d", latent);
        Requirement.check(squeezed >= 1, "the width S of the branch must be at least 1, got %d", squeezed);
    }

    /** Λ(x), a vector of C_out factors, and Φ(x), an L×L matrix, for each sample. */
    record Coefficients(Tensor attention, Tensor fusion) {}

    Stream<ParameterSpecification> parameterSpecifications(int inputs, int outputs) {
        int pooled = inputs * pooling * pooling;
        return Stream.of(
                        Stream.of(
                                weight("FC1", initialization.weights(pooled), squeezed, pooled),
                                weight("FC2", initialization.weights(squeezed), squeezed, squeezed),
                                weight("FCphi", initialization.weights(squeezed), latent * latent, squeezed),
                                weight("FClambda", initialization.weights(squeezed), outputs, squeezed)),
                        normalization("1", latent),
                        normalization("2", latent))
                .flatMap(specifications -> specifications);
    }

    /** Λ(x) and Φ(x). */
    Coefficients coefficients(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        boolean vector = x.shape().positions() == 1 && pooling == 1;
        Tensor s = vector ? x : graph.averagePooling("s", x, pooling, pooling);
        Tensor h = graph.matrixProduct("h", s, parameters.get("FC1"));
        Tensor gate = hardSigmoid(graph, "gate", graph.matrixProduct("gateLogits", h, parameters.get("FC2")));
        Tensor g = graph.scale("g", h, gate);
        Tensor fusion = graph.matrixProduct("phi", g, parameters.get("FCphi"));
        Tensor attention =
                hardSigmoid(graph, "lambda", graph.matrixProduct("lambdaLogits", g, parameters.get("FClambda")));
        return new Coefficients(attention, fusion);
    }

    /** u from q. */
    Tensor fuse(GraphBuilder graph, Tensor q, Tensor fusion, LayerParameters parameters) {
        Tensor z = normalize(graph, "z", q, "1", parameters);
        Tensor fused = normalize(graph, "fused", graph.batchedProduct("product", fusion, z), "2", parameters);
        return graph.add("u", fused, z);
    }

    private static Tensor normalize(
            GraphBuilder graph, String name, Tensor input, String suffix, LayerParameters parameters) {
        NormalizationParameters normalization = parameters.normalization(suffix, EPSILON, MOMENTUM);
        return graph.batchNormalization(name, input, normalization, Activation.IDENTITY);
    }

    private static Tensor hardSigmoid(GraphBuilder graph, String name, Tensor input) {
        return graph.activate(name, input, Activation.DOUBLE_HARD_SIGMOID);
    }
}
