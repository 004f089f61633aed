package io.dcd.model.layer;

import static io.dcd.engine.lowering.ParameterSpecification.weight;

import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.lowering.InitialValues;
import io.dcd.engine.lowering.LayerParameters;
import io.dcd.engine.lowering.ParameterSpecification;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Dynamic convolution by decomposition, the paper's general form (equation 6) with k×k kernels whose residual is at
 * their centre (equation 9 with L_k = 1 and R one-hot):
 *
 * <pre>
 * W(x) = Λ(x)·W_0 + P·Φ(x)·Qᵀ
 * </pre>
 *
 * computed in feature space, with the latent batch norms and the skip of the reference implementation:
 *
 * <pre>
 * y = Λ(x) ⊙ (W_0 * x) + P·u,   u = BN2(Φ(x)·z) + z,   z = BN1(Qᵀ·x)
 * </pre>
 *
 * Λ(x) and Φ(x) come from the {@link DynamicBranch}.
 *
 * <p>x is (N, H, W, C_in), y is (N, ⌈H/stride⌉, ⌈W/stride⌉, C_out), both NHWC. W_0 is (C_out, C_in, k, k), padded by
 * (k − 1)/2; Q is stored as the 1×1 kernel Qᵀ (L, C_in), strided as W_0; P is (C_out, L).
 *
 * <p>Trainable parameters: C_out·C_in·k² + L·(C_in + C_out) and those of the branch.
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
        int latent = options.branch().latent();
        return Stream.concat(
                        Stream.of(
                                weight(
                                        "W0",
                                        InitialValues.convolution(kernel, outputs()),
                                        outputs(),
                                        inputs(),
                                        kernel,
                                        kernel),
                                weight("Q", InitialValues.convolution(1, latent), latent, inputs(), 1, 1),
                                weight("P", InitialValues.convolution(1, outputs()), outputs(), latent, 1, 1)),
                        options.branch().parameterSpecifications(inputs(), outputs()))
                .toList();
    }

    @Override
    public Tensor lower(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        int stride = options.stride();
        DynamicBranch.Coefficients dynamic = options.branch().coefficients(graph, x, parameters);
        Tensor fixed = graph.convolution("static", x, parameters.get("W0"), stride, options.kernel() / 2);
        Tensor attended = graph.scale("attended", fixed, dynamic.attention());
        Tensor q = graph.convolution("q", x, parameters.get("Q"), stride, 0);
        Tensor u = options.branch().fuse(graph, q, dynamic.fusion(), parameters);
        Tensor residual = graph.convolution("residual", u, parameters.get("P"), 1, 0);
        return graph.add("y", attended, residual);
    }

    /** P·Φ·Qᵀ at every position against forming the matrix once: L²·C_out + L·C_in·C_out. */
    @Override
    public long multiplyAddsSavedByForming(long positions) {
        long latent = options.branch().latent();
        long featureSpace = positions * (inputs() * latent + latent * latent + latent * outputs());
        return featureSpace - (latent * latent * outputs() + latent * inputs() * outputs());
    }

    @Override
    public InputType getOutputType(int index, InputType inputType) {
        InputType.InputTypeConvolutional images = images(inputType);
        long stride = options.stride();
        return InputType.convolutional(
                (images.getHeight() + stride - 1) / stride,
                (images.getWidth() + stride - 1) / stride,
                getNOut(),
                CNN2DFormat.NHWC);
    }

    @Override
    public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        images(inputType);
        return null;
    }

    private InputType.InputTypeConvolutional images(InputType inputType) {
        if (inputType instanceof InputType.InputTypeConvolutional images && images.getFormat() == CNN2DFormat.NHWC) {
            return images;
        }
        throw new IllegalArgumentException(
                "layer %s reads images in NHWC, got %s".formatted(getLayerName(), inputType));
    }
}
