package io.dcd.model.layer;

import static io.dcd.engine.lowering.ParameterSpecification.normalization;
import static io.dcd.engine.lowering.ParameterSpecification.weight;

import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.NormalizationParameters;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.lowering.InitialValues;
import io.dcd.engine.lowering.LayerParameters;
import io.dcd.engine.lowering.ParameterSpecification;
import io.dcd.engine.operation.Activation;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The dynamic part of a DCD layer, W(x) = Λ(x)·W_0 + Σ_b P_b Φ_b(x) Q_bᵀ (paper, equations 5 to 7), in feature space. A
 * branch looks at the whole input and yields Λ(x) and Φ(x):
 *
 * <pre>
 * s = adaptiveAvgPool(x, p×p) as a vector     C_in·p²
 * h = FC1·s                                   S × C_in·p²
 * g = h ⊙ hσ(FC2·h)                           S × S
 * λ = hσ(FCΛ·g)                               C_out × S
 * Φ_b = FCΦ_b·g as a matrix                   (L/B)² × S for each of the B blocks
 * </pre>
 *
 * where hσ(t) = clip(t + 3, 0, 6)/3; the latent path between Q and P is
 *
 * <pre>
 * z_b = BN1(Q_bᵀ·x),  u_b = BN2(Φ_b·z_b) + z_b    L/B channels
 * </pre>
 *
 * or, in the plain form, u_b = Φ_b·Q_bᵀ·x. No fully connected layer has a bias. s is flattened position by position with
 * the channels innermost; PyTorch's order is the other way round, so FC1's columns are permuted between the two.
 *
 * <p>Trainable parameters: S·(C_in·p² + S), with Λ S·C_out more, with Φ S·L²/B + L·(C_in + C_out) + 4·L more; running
 * statistics: 4·L. In the plain form the terms 4·L fall away.
 *
 * @param pooling p
 * @param latent L, the dimension of the latent space
 * @param squeezed S, the width of the branch
 * @param attention whether there is Λ(x), else Λ = 1
 * @param fusion whether there is Φ(x), else the residual is 0
 * @param blocks B, the number of blocks on the diagonal of Φ
 * @param form of the latent path
 * @param initialization of the fully connected layers
 */
public record DynamicBranch(
        @JsonProperty("pooling") int pooling,
        @JsonProperty("latent") int latent,
        @JsonProperty("squeezed") int squeezed,
        @JsonProperty("attention") boolean attention,
        @JsonProperty("fusion") boolean fusion,
        @JsonProperty("blocks") int blocks,
        @JsonProperty("form") LatentForm form,
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
        Requirement.check(attention || fusion, "a dynamic layer needs Λ or Φ, got neither");
        Requirement.check(
                blocks >= 1 && latent % blocks == 0, "the blocks B must divide L = %d, got %d", latent, blocks);
    }

    /** Λ and a full Φ, in the reference's form. */
    public static DynamicBranch of(int pooling, int latent, int squeezed, LinearInitialization initialization) {
        return new DynamicBranch(pooling, latent, squeezed, true, true, 1, LatentForm.REFERENCE, initialization);
    }

    /** How a layer declares Q_b and P_b. */
    interface Drawn {
        ParameterSpecification weight(String key, int outputs, int inputs);
    }

    /** How a layer applies a matrix of its own to its input or to the latent channels. */
    interface Product {
        Tensor apply(String name, Tensor input, Parameter weights);
    }

    List<ParameterSpecification> parameterSpecifications(int inputs, int outputs, Drawn drawn) {
        List<ParameterSpecification> list = new ArrayList<>();
        int pooled = inputs * pooling * pooling;
        InitialValues squeezedValues = initialization.weights(squeezed);
        int size = latent / blocks;
        if (fusion) {
            for (int block = 0; block < blocks; block++) {
                list.add(drawn.weight(key("Q", block), size, inputs));
                list.add(drawn.weight(key("P", block), outputs, size));
            }
        }
        list.add(weight("FC1", initialization.weights(pooled), squeezed, pooled));
        list.add(weight("FC2", squeezedValues, squeezed, squeezed));
        if (attention) {
            list.add(weight("FClambda", squeezedValues, outputs, squeezed));
        }
        for (int block = 0; fusion && block < blocks; block++) {
            list.add(weight(key("FCphi", block), squeezedValues, size * size, squeezed));
            if (form == LatentForm.REFERENCE) {
                normalization(key("1", block), size).forEach(list::add);
                normalization(key("2", block), size).forEach(list::add);
            }
        }
        return list;
    }

    /** Λ(x) ⊙ fixed + Σ_b P_b·u_b, where {@code in} applies Q_b to x and {@code out} applies P_b to u_b. */
    Tensor lower(GraphBuilder graph, Tensor x, Tensor fixed, LayerParameters parameters, Product in, Product out) {
        Tensor g = squeeze(graph, x, parameters);
        Tensor y = fixed;
        if (attention) {
            Tensor logits = graph.matrixProduct("lambdaLogits", g, parameters.get("FClambda"));
            y = graph.scale("attended", fixed, hardSigmoid(graph, "lambda", logits));
        }
        for (int block = 0; fusion && block < blocks; block++) {
            Tensor phi = graph.matrixProduct(key("phi", block), g, parameters.get(key("FCphi", block)));
            Tensor q = in.apply(key("q", block), x, parameters.get(key("Q", block)));
            Tensor u = form == LatentForm.PLAIN
                    ? graph.batchedProduct(key("u", block), phi, q)
                    : fuse(graph, q, phi, block, parameters);
            Tensor residual = out.apply(key("residual", block), u, parameters.get(key("P", block)));
            y = graph.add(key("y", block), y, residual);
        }
        return y;
    }

    /**
     * How many multiply-adds per sample it saves to form the matrix P·Φ·Qᵀ, L²/B·C_out + L·C_in·C_out, against applying
     * its factors at each of {@code positions}.
     */
    long multiplyAddsSavedByForming(long positions, long inputs, long outputs) {
        if (!fusion) {
            return 0;
        }
        long matrix = (long) latent * latent / blocks;
        long featureSpace = positions * (inputs * latent + matrix + latent * outputs);
        return featureSpace - (matrix * outputs + latent * inputs * outputs);
    }

    private Tensor squeeze(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        boolean vector = x.shape().positions() == 1 && pooling == 1;
        Tensor s = vector ? x : graph.averagePooling("s", x, pooling, pooling);
        Tensor h = graph.matrixProduct("h", s, parameters.get("FC1"));
        Tensor gate = hardSigmoid(graph, "gate", graph.matrixProduct("gateLogits", h, parameters.get("FC2")));
        return graph.scale("g", h, gate);
    }

    private Tensor fuse(GraphBuilder graph, Tensor q, Tensor phi, int block, LayerParameters parameters) {
        Tensor z = normalize(graph, key("z", block), q, key("1", block), parameters);
        Tensor product = graph.batchedProduct(key("product", block), phi, z);
        Tensor fused = normalize(graph, key("fused", block), product, key("2", block), parameters);
        return graph.add(key("u", block), fused, z);
    }

    /** The name of a block's part; there is nothing to tell apart where Φ is full. */
    private String key(String name, int block) {
        return blocks == 1 ? name : name + "-" + (block + 1);
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
