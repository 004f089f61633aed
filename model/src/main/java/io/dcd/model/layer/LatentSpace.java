package io.dcd.model.layer;

import static io.dcd.engine.lowering.ParameterSpecification.normalization;

import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.NormalizationParameters;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.lowering.LayerParameters;
import io.dcd.engine.lowering.ParameterSpecification;
import io.dcd.engine.operation.Activation;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The L channels between Q and P, in which Φ fuses. In the plain form u = Φ·q with q = Qᵀ·x, in the reference's form
 *
 * <pre>
 * z = BN1(q),  u = BN2(Φ·z) + z
 * </pre>
 *
 * Φ may be block-diagonal (equation 7): with B blocks it has L²/B entries, and block b fuses the channels of its number.
 *
 * <p>Trainable parameters: 4·L in the reference's form, and as many running statistics; none in the plain form.
 *
 * @param dimension L
 * @param blocks B
 * @param form with or without batch normalisations and skip
 */
public record LatentSpace(
        @JsonProperty("dimension") int dimension,
        @JsonProperty("blocks") int blocks,
        @JsonProperty("form") LatentForm form)
        implements Serializable {
    /** ε of every batch normalisation of the reference. */
    private static final double EPSILON = 1e-5;

    /** Share of a batch in the running statistics, as the reference has it. */
    private static final double MOMENTUM = 0.1;

    @JsonCreator
    public LatentSpace {
        Requirement.check(dimension >= 1, "the latent dimension L must be at least 1, got %d", dimension);
        Requirement.check(
                blocks >= 1 && dimension % blocks == 0, "the blocks B must divide L = %d, got %d", dimension, blocks);
    }

    /** One block, in the reference's form. */
    public static LatentSpace of(int dimension) {
        return new LatentSpace(dimension, 1, LatentForm.REFERENCE);
    }

    /** The number of entries of Φ, L²/B. */
    public int entries() {
        return dimension * dimension / blocks;
    }

    /** Refuses channels that cannot be divided among the blocks. */
    void requireFit(int inputs, int outputs) {
        Requirement.check(
                inputs % blocks == 0 && outputs % blocks == 0,
                "the blocks B must divide C_in = %d and C_out = %d, got %d",
                inputs,
                outputs,
                blocks);
    }

    /** The batch normalisations. */
    List<ParameterSpecification> parameterSpecifications() {
        return switch (form) {
            case PLAIN -> List.of();
            case REFERENCE ->
                Stream.concat(normalization("1", dimension), normalization("2", dimension))
                        .toList();
        };
    }

    /** How the entries of Φ fuse latent channels. */
    interface Fusion {
        Tensor apply(String name, Tensor z);
    }

    /** u for q = Qᵀ·x. */
    Tensor lower(GraphBuilder graph, Tensor q, Tensor phi, LayerParameters parameters) {
        return lower(graph, q, parameters, (name, z) -> graph.batchedProduct(name, phi, blocks, z), (name, z) -> z);
    }

    /** u for q = Qᵀ·x, where {@code skip} makes z as large as what {@code fusion} makes of it. */
    Tensor lower(GraphBuilder graph, Tensor q, LayerParameters parameters, Fusion fusion, Fusion skip) {
        return switch (form) {
            case PLAIN -> fusion.apply("u", q);
            case REFERENCE -> {
                Tensor z = normalize(graph, "z", q, "1", parameters);
                Tensor fused = normalize(graph, "fused", fusion.apply("product", z), "2", parameters);
                yield graph.add("u", fused, skip.apply("skipped", z));
            }
        };
    }

    private static Tensor normalize(
            GraphBuilder graph, String name, Tensor input, String suffix, LayerParameters parameters) {
        NormalizationParameters normalization = parameters.normalization(suffix, EPSILON, MOMENTUM);
        return graph.batchNormalization(name, input, normalization, Activation.IDENTITY);
    }
}
