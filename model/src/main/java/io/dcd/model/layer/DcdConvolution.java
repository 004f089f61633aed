package io.dcd.model.layer;

import static io.dcd.engine.lowering.ParameterSpecification.weight;

import io.dcd.engine.graph.GraphBuilder;
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
 * Dynamic convolution by decomposition, the paper's general form (equation 6; 5 without Λ, 7 with several blocks) with
 * k×k kernels whose residual is at their centre (equation 9 with L_k = 1 and R one-hot):
 *
 * <pre>
 * W(x) = Λ(x)·W_0 + P·Φ(x)·Qᵀ,   y = Λ(x) ⊙ (W_0 * x) + P·u
 * </pre>
 *
 * Λ(x), Φ(x) and u, which stands for Φ(x)·Qᵀ·x, come from the {@link DynamicBranch}.
 *
 * <p>x is (N, H, W, C_in), y is (N, ⌈H/stride⌉, ⌈W/stride⌉, C_out), both NHWC. W_0 is (C_out, C_in, k, k), padded by
 * (k − 1)/2; Q is stored as the 1×1 kernel Qᵀ (L, C_in), strided as W_0; P is (C_out, L).
 *
 * <p>Trainable parameters: C_out·C_in·k² and those of the branch.
 */
public final class DcdConvolution extends EngineLayer implements FormableKernel {
    @JsonProperty
    private Options options;

    /**
     * What distinguishes two such layers.
     *
     * @param kernel k, odd
     * @param stride the same in both directions
     * @param branch what yields Λ(x) and Φ(x)
     */
    public record Options(
            @JsonProperty("kernel") int kernel,
            @JsonProperty("stride") int stride,
            @JsonProperty("branch") DynamicBranch branch)
            implements Serializable {
        @JsonCreator
        public Options {
            Requirement.check(kernel >= 1 && kernel % 2 == 1, "the kernel k must be odd, got %d", kernel);
            Requirement.check(stride >= 1, "the stride must be at least 1, got %d", stride);
        }
    }

    /** For DL4J's JSON reader. */
    public DcdConvolution() {}

    /** A layer from {@code inputs} to {@code outputs} channels. */
    public DcdConvolution(int inputs, int outputs, Options options) {
        super(inputs, outputs);
        this.options = options;
    }

    @Override
    protected Options options() {
        return options;
    }

    @Override
    public List<ParameterSpecification> parameterSpecifications() {
        int kernel = options.kernel();
        List<ParameterSpecification> list = new ArrayList<>();
        list.add(weight("W0", InitialValues.convolution(kernel, outputs()), outputs(), inputs(), kernel, kernel));
        list.addAll(options.branch()
                .parameterSpecifications(
                        inputs(),
                        outputs(),
                        (key, out, in) -> weight(key, InitialValues.convolution(1, out), out, in, 1, 1)));
        return list;
    }

    @Override
    public Tensor lower(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        int stride = options.stride();
        Tensor fixed = graph.convolution("static", x, parameters.get("W0"), stride, options.kernel() / 2);
        return options.branch()
                .lower(
                        graph,
                        x,
                        fixed,
                        parameters,
                        (name, input, q) -> graph.convolution(name, input, q, stride, 0),
                        (name, input, p) -> graph.convolution(name, input, p, 1, 0));
    }

    @Override
    public long multiplyAddsSavedByForming(long positions) {
        return options.branch().multiplyAddsSavedByForming(positions, inputs(), outputs());
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
