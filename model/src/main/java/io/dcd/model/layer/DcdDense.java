package io.dcd.model.layer;

import static io.dcd.engine.lowering.ParameterSpecification.bias;
import static io.dcd.engine.lowering.ParameterSpecification.weight;

import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.lowering.LayerParameters;
import io.dcd.engine.lowering.ParameterSpecification;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The paper's dynamic classifier (section 5.3): equation 6 for a vector,
 *
 * <pre>
 * y = Λ(x) ⊙ (W·x + b) + P·u,   u = BN2(Φ(x)·z) + z,   z = BN1(Qᵀ·x)
 * </pre>
 *
 * with Λ(x) and Φ(x) from the {@link DynamicBranch}. W is (C_out, C_in), b is (C_out), Q is stored as Qᵀ (L, C_in), P is
 * (C_out, L).
 *
 * <p>Trainable parameters: C_out·C_in + C_out + L·(C_in + C_out) and those of the branch.
 */
public final class DcdDense extends EngineLayer {
    @JsonProperty
    private Options options;

    /**
     * What distinguishes two such layers.
     *
     * @param branch what yields Λ(x) and Φ(x); its input is a vector, so that it pools nothing
     */
    public record Options(@JsonProperty("branch") DynamicBranch branch) implements Serializable {
        @JsonCreator
        public Options {
            Requirement.check(branch.pooling() == 1, "a vector cannot be pooled to %d×%<d", branch.pooling());
        }
    }

    /** For DL4J's JSON reader. */
    public DcdDense() {}

    /** A classifier from {@code inputs} channels to {@code outputs} classes. */
    public DcdDense(int inputs, int outputs, Options options) {
        super(inputs, outputs);
        this.options = options;
    }

    @Override
    protected Options options() {
        return options;
    }

    @Override
    public List<ParameterSpecification> parameterSpecifications() {
        int latent = options.branch().latent();
        LinearInitialization initialization = options.branch().initialization();
        return Stream.concat(
                        Stream.of(
                                weight("W0", initialization.weights(inputs()), outputs(), inputs()),
                                bias("b", initialization.bias(inputs()), outputs()),
                                weight("Q", initialization.weights(inputs()), latent, inputs()),
                                weight("P", initialization.weights(latent), outputs(), latent)),
                        options.branch().parameterSpecifications(inputs(), outputs()))
                .toList();
    }

    @Override
    public Tensor lower(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        DynamicBranch.Coefficients dynamic = options.branch().coefficients(graph, x, parameters);
        Tensor fixed = graph.matrixProduct("static", x, parameters.get("W0"), Optional.of(parameters.get("b")));
        Tensor attended = graph.scale("attended", fixed, dynamic.attention());
        Tensor q = graph.matrixProduct("q", x, parameters.get("Q"));
        Tensor u = options.branch().fuse(graph, q, dynamic.fusion(), parameters);
        Tensor residual = graph.matrixProduct("residual", u, parameters.get("P"));
        return graph.add("y", attended, residual);
    }
}
