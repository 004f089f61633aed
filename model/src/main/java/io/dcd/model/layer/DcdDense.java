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
 * The paper's dynamic classifier (section 5.3): equation 6 for a vector,
 *
 * <pre>
 * y = Λ(x) ⊙ (W·x + b) + P·u
 * </pre>
 *
 * with Λ(x) and u, which stands for Φ(x)·Qᵀ·x, from the {@link DynamicBranch}. W is (C_out, C_in), b is (C_out), Q is stored as Qᵀ (L, C_in), P is
 * (C_out, L).
 *
 * <p>Trainable parameters: C_out·C_in + C_out and those of the branch.
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
        LinearInitialization initialization = options.branch().initialization();
        List<ParameterSpecification> list = new ArrayList<>();
        list.add(weight("W0", initialization.weights(inputs()), outputs(), inputs()));
        list.add(bias("b", initialization.bias(inputs()), outputs()));
        list.addAll(options.branch()
                .parameterSpecifications(
                        inputs(), outputs(), (key, out, in) -> weight(key, initialization.weights(in), out, in)));
        return list;
    }

    @Override
    public Tensor lower(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        Tensor fixed = graph.matrixProduct("static", x, parameters.get("W0"), Optional.of(parameters.get("b")));
        return options.branch().lower(graph, x, fixed, parameters, graph::matrixProduct, graph::matrixProduct);
    }
}
