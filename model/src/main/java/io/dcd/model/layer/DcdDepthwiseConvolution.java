package io.dcd.model.layer;

import static io.dcd.engine.lowering.ParameterSpecification.weight;

import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.lowering.InitialValues;
import io.dcd.engine.lowering.LayerParameters;
import io.dcd.engine.lowering.ParameterSpecification;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Dynamic depthwise convolution by decomposition, the paper's equation 8: for a kernel as a matrix of C × k² values,
 *
 * <pre>
 * W(x) = Λ(x)·W_0 + P·Φ(x)·Qᵀ,   y = W(x) * x
 * </pre>
 *
 * Λ(x) and Φ(x) come from the {@link DynamicBranch}. A depthwise kernel is small, so each sample's own is formed: in
 * feature space L_k more depthwise convolutions would take its place. So there are no latent channels, and nothing to
 * normalise among them: the layer has the equation's plain form alone.
 *
 * <p>x is (N, H, W, C), y is (N, ⌈H/stride⌉, ⌈W/stride⌉, C), both NHWC. W_0 is (k, k, C), padded by (k − 1)/2; Q is
 * (k², L_k), P is (C, L_k).
 *
 * <p>Trainable parameters: C·k², with Φ L_k·(k² + C) more, and those of the branch, with F = L_k².
 */
public final class DcdDepthwiseConvolution extends ImageLayer<DcdDepthwiseConvolution.Options> {
    /**
     * What distinguishes two such layers.
     *
     * @param window k and the stride
     * @param branch what yields Λ(x) and Φ(x)
     * @param latent L_k ≤ k², the number of latent kernel elements; not looked at without Φ
     */
    public record Options(
            @JsonProperty("window") Window window,
            @JsonProperty("branch") DynamicBranch branch,
            @JsonProperty("latent") int latent)
            implements Serializable {
        @JsonCreator
        public Options {
            Requirement.check(
                    latent >= 1 && latent <= window.taps(),
                    "the latent kernel elements L_k must lie in 1 … k² = %d, got %d",
                    window.taps(),
                    latent);
        }
    }

    /** For DL4J's JSON reader. */
    public DcdDepthwiseConvolution() {}

    /** A layer of {@code channels} channels. */
    public DcdDepthwiseConvolution(int channels, Options options) {
        super(channels, channels, options);
    }

    @Override
    protected int stride() {
        return options().window().stride();
    }

    @Override
    public List<ParameterSpecification> parameterSpecifications() {
        int kernel = options().window().kernel();
        int latent = options().latent();
        DynamicBranch branch = options().branch();
        // As a convolution of k×k begins; Q and P as the 1×1 ones of the other layers do.
        List<ParameterSpecification> list = new ArrayList<>();
        list.add(weight("W0", InitialValues.convolution(kernel, outputs()), kernel, kernel, outputs()));
        if (branch.fusion()) {
            list.add(weight("Q", InitialValues.convolution(1, latent), kernel * kernel, latent));
            list.add(weight("P", InitialValues.convolution(1, outputs()), outputs(), latent, 1, 1));
        }
        list.addAll(branch.parameterSpecifications(inputs(), outputs(), latent * latent));
        return list;
    }

    @Override
    public Tensor lower(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        Window window = options().window();
        int kernel = window.kernel();
        DynamicBranch.Coefficients dynamic = options().branch().lower(graph, x, parameters);
        // Kernels are handled as maps of k × k positions.
        Tensor fixed = graph.broadcast("static", parameters.get("W0"), new Shape(kernel, kernel, outputs()));
        Tensor attended = dynamic.attend(graph, fixed);
        Tensor formed = dynamic.fusion()
                .map(phi -> {
                    Shape latent = new Shape(kernel, kernel, options().latent());
                    Tensor q = graph.broadcast("q", parameters.get("Q"), latent);
                    Tensor u = graph.batchedProduct("u", phi, q);
                    Tensor residual = graph.convolution("residual", u, parameters.get("P"), 1, 0);
                    return graph.add("kernel", attended, residual);
                })
                .orElse(attended);
        return graph.batchedDepthwiseConvolution("y", formed, x, window.stride(), window.padding());
    }
}
