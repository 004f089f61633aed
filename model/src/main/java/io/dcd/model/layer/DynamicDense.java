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
 * The classifier of CondConv (Yang et al. 2019): equation 1 of the paper for a vector,
 *
 * <pre>
 * y = Σ_k π_k(x)·(W_k·x + b_k)
 * </pre>
 *
 * with π(x) from the {@link KernelMixture}. For one vector it costs more to form a matrix than to apply all of them.
 *
 * <p>W is (C_out·K, C_in), b is (C_out·K): the K rows of an output one after another.
 *
 * <p>Trainable parameters: K·(C_out·C_in + C_out) and those of the routing.
 */
public final class DynamicDense extends EngineLayer<DynamicDense.Options> {
    /**
     * What distinguishes two such layers.
     *
     * @param mixture what yields π(x)
     */
    public record Options(@JsonProperty("mixture") KernelMixture mixture) implements Serializable {
        @JsonCreator
        public Options {}
    }

    /** For DL4J's JSON reader. */
    public DynamicDense() {}

    /** A classifier from {@code inputs} channels to {@code outputs} classes. */
    public DynamicDense(int inputs, int outputs, Options options) {
        super(inputs, outputs, options);
    }

    @Override
    public List<ParameterSpecification> parameterSpecifications() {
        KernelMixture mixture = options().mixture();
        LinearInitialization initialization = mixture.initialization();
        int rows = outputs() * mixture.kernels();
        List<ParameterSpecification> list = new ArrayList<>();
        list.add(weight("W", initialization.weights(inputs()), rows, inputs()));
        list.add(bias("b", initialization.bias(inputs()), rows));
        list.addAll(mixture.parameterSpecifications(inputs()));
        return list;
    }

    @Override
    public Tensor lower(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        Tensor pi = options().mixture().lower(graph, x, parameters);
        Tensor all = graph.matrixProduct("all", x, parameters.get("W"), Optional.of(parameters.get("b")));
        return graph.batchedProduct("y", all, pi);
    }
}
