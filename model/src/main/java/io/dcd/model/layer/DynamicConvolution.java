package io.dcd.model.layer;

import static io.dcd.engine.lowering.ParameterSpecification.weight;

import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.lowering.InitialValues;
import io.dcd.engine.lowering.LayerParameters;
import io.dcd.engine.lowering.ParameterSpecification;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Vanilla dynamic convolution, the paper's equation 1: DY-Conv with softmax routing, CondConv with sigmoid routing,
 *
 * <pre>
 * y = W(x) * x,   W(x) = Σ_k π_k(x)·W_k
 * </pre>
 *
 * with π(x) from the {@link KernelMixture}.
 *
 * <p>x is (N, H, W, C_in), y is (N, ⌈H/stride⌉, ⌈W/stride⌉, C_out), both NHWC. Each W_k is (C_out, C_in, k, k), or
 * (k, k, C) where the layer is depthwise; padded by (k − 1)/2.
 *
 * <p>Trainable parameters: K·C_out·C_in·k², or K·C·k², and those of the routing.
 */
public final class DynamicConvolution extends EngineLayer implements FormableKernel {
    @JsonProperty
    private Options options;

    /**
     * What distinguishes two such layers.
     *
     * @param kernel k, odd
     * @param stride the same in both directions
     * @param depthwise whether each output channel sees the input channel of the same number alone
     * @param mixture what yields π(x)
     */
    public record Options(
            @JsonProperty("kernel") int kernel,
            @JsonProperty("stride") int stride,
            @JsonProperty("depthwise") boolean depthwise,
            @JsonProperty("mixture") KernelMixture mixture)
            implements Serializable {
        @JsonCreator
        public Options {
            Requirement.check(kernel >= 1 && kernel % 2 == 1, "the kernel k must be odd, got %d", kernel);
            Requirement.check(stride >= 1, "the stride must be at least 1, got %d", stride);
        }
    }

    /** For DL4J's JSON reader. */
    public DynamicConvolution() {}

    /** A layer from {@code inputs} to {@code outputs} channels. */
    public DynamicConvolution(int inputs, int outputs, Options options) {
        super(inputs, outputs);
        Requirement.check(
                !options.depthwise() || inputs == outputs,
                "a depthwise layer has as many outputs as inputs, got %d → %d",
                inputs,
                outputs);
        this.options = options;
    }

    @Override
    protected Options options() {
        return options;
    }

    @Override
    public List<ParameterSpecification> parameterSpecifications() {
        List<ParameterSpecification> list = new ArrayList<>();
        int kernel = options.kernel();
        InitialValues values = InitialValues.convolution(kernel, outputs());
        for (int k = 1; k <= options.mixture().kernels(); k++) {
            list.add(
                    options.depthwise()
                            ? weight("W" + k, values, kernel, kernel, inputs())
                            : weight("W" + k, values, outputs(), inputs(), kernel, kernel));
        }
        list.addAll(options.mixture().parameterSpecifications(inputs()));
        return list;
    }

    @Override
    public Tensor lower(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        int stride = options.stride();
        int padding = options.kernel() / 2;
        return options.mixture().lower(graph, x, parameters, index -> {
            String name = "W" + (index + 1);
            Parameter weights = parameters.get(name);
            return options.depthwise()
                    ? graph.depthwiseConvolution(name, x, weights, stride, padding)
                    : graph.convolution(name, x, weights, stride, padding);
        });
    }

    @Override
    public long multiplyAddsSavedByForming(long positions) {
        long elements = (long) options.kernel() * options.kernel() * inputs() * (options.depthwise() ? 1 : outputs());
        return options.mixture().multiplyAddsSavedByForming(positions, elements);
    }

    @Override
    public InputType getOutputType(int index, InputType inputType) {
        return strided(inputType, options.stride());
    }

    @Override
    public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        images(inputType);
        return null;
    }
}
