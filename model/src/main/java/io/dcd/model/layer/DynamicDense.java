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
 * with π(x) from the {@link KernelMixture}. Each W_k is (C_out, C_in), each b_k is (C_out).
 *
 * <p>Trainable parameters: K·(C_out·C_in + C_out) and those of the routing.
 */
public final class DynamicDense extends EngineLayer implements FormableKernel {
    @JsonProperty
    private Options options;

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
        super(inputs, outputs);
        this.options = options;
    }

    @Override
    protected Options options() {
        return options;
    }

    @Override
    public List<ParameterSpecification> parameterSpecifications() {
        LinearInitialization initialization = options.mixture().initialization();
        List<ParameterSpecification> list = new ArrayList<>();
        for (int k = 1; k <= options.mixture().kernels(); k++) {
            list.add(weight("W" + k, initialization.weights(inputs()), outputs(), inputs()));
            list.add(bias("c" + k, initialization.bias(inputs()), outputs()));
        }
        list.addAll(options.mixture().parameterSpecifications(inputs()));
        return list;
    }

    @Override
    public Tensor lower(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        return options.mixture().lower(graph, x, parameters, index -> {
            String number = String.valueOf(index + 1);
            return graph.matrixProduct(
                    "W" + number, x, parameters.get("W" + number), Optional.of(parameters.get("c" + number)));
        });
    }

    @Override
    public long multiplyAddsSavedByForming(long positions) {
        return options.mixture().multiplyAddsSavedByForming(positions, (long) inputs() * outputs());
    }
}
