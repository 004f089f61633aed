package io.dcd.model.layer;

import static io.dcd.engine.lowering.ParameterSpecification.bias;
import static io.dcd.engine.lowering.ParameterSpecification.weight;

import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.lowering.LayerParameters;
import io.dcd.engine.lowering.ParameterSpecification;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The paper's dynamic classifier (section 5.2): equation 6 for a vector,
 *
 * <pre>
 * y = Λ(x) ⊙ (W_0·x + b) + P·u
 * </pre>
 *
 * Λ(x) and Φ(x) come from the {@link DynamicBranch}; u, which stands for Φ(x)·Qᵀ·x, is computed in the {@link
 * LatentSpace}. W_0 is (C_out, C_in), b is (C_out), Q is stored as Qᵀ (L, C_in), P is (C_out, L).
 *
 * <p>Trainable parameters: C_out·C_in + C_out, with Φ L·(C_in + C_out) more, those of the branch and of the latent space.
 */
public final class DcdDense extends EngineLayer<DcdDense.Options> {
    /**
     * What distinguishes two such layers.
     *
     * @param branch what yields Λ(x) and Φ(x); its input is a vector, so that it pools nothing
     * @param latent where Φ(x) fuses, in one block; not looked at without Φ
     */
    public record Options(
            @JsonProperty("branch") DynamicBranch branch,
            @JsonProperty("latent") LatentSpace latent) implements Serializable {
        @JsonCreator
        public Options {
            Requirement.check(branch.pooling() == 1, "a vector cannot be pooled to %d×%<d", branch.pooling());
            Requirement.check(latent.blocks() == 1, "a classifier has one block, got %d", latent.blocks());
        }
    }

    /** For DL4J's JSON reader. */
    public DcdDense() {}

    /** A classifier from {@code inputs} channels to {@code outputs} classes. */
    public DcdDense(int inputs, int outputs, Options options) {
        super(inputs, outputs, options);
    }

    @Override
    public List<ParameterSpecification> parameterSpecifications() {
        DynamicBranch branch = options().branch();
        LatentSpace latent = options().latent();
        LinearInitialization initialization = branch.initialization();
        List<ParameterSpecification> list = new ArrayList<>();
        list.add(weight("W0", initialization.weights(inputs()), outputs(), inputs()));
        list.add(bias("b", initialization.bias(inputs()), outputs()));
        if (branch.fusion()) {
            list.add(weight("Q", initialization.weights(inputs()), latent.dimension(), inputs()));
            list.add(weight("P", initialization.weights(latent.dimension()), outputs(), latent.dimension()));
        }
        list.addAll(branch.parameterSpecifications(inputs(), outputs(), latent.entries()));
        if (branch.fusion()) {
            list.addAll(latent.parameterSpecifications());
        }
        return list;
    }

    @Override
    public Tensor lower(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        Tensor fixed = graph.matrixProduct("static", x, parameters.get("W0"), Optional.of(parameters.get("b")));
        DynamicBranch.Coefficients dynamic = options().branch().lower(graph, x, parameters);
        Tensor attended = dynamic.attend(graph, fixed);
        return dynamic.fusion()
                .map(phi -> {
                    Tensor q = graph.matrixProduct("q", x, parameters.get("Q"));
                    Tensor u = options().latent().lower(graph, q, phi, parameters);
                    return graph.add("y", attended, graph.matrixProduct("residual", u, parameters.get("P")));
                })
                .orElse(attended);
    }
}
