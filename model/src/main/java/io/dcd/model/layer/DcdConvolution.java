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
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Dynamic convolution by decomposition: the paper's general form (equation 6; 5 without Λ; 7 with several blocks), with
 * k×k kernels by channel fusion alone (section 4.3: the residual is a 1×1 convolution, at the centre of the kernel),
 *
 * <pre>
 * W(x) = Λ(x)·W_0 + ⊕_b P_b·Φ_b(x)·Q_bᵀ
 * y    = Λ(x) ⊙ (W_0 * x) + ⊕_b P_b·u_b
 * </pre>
 *
 * Λ(x) and Φ(x) come from the {@link DynamicBranch}; u, which stands for Φ(x)·Qᵀ·x, is computed in the {@link
 * LatentSpace}. ⊕ puts the blocks on the diagonal: block b leads from the input channels of its number, C_in/B of them,
 * over L/B latent ones to the output channels of its number, so that 1/B of the residual's entries are not 0. That
 * reading of equation 7 gives every figure of table 3a.
 *
 * <p>x is (N, H, W, C_in), y is (N, ⌈H/stride⌉, ⌈W/stride⌉, C_out), both NHWC. W_0 is (C_out, C_in, k, k), padded by
 * (k − 1)/2; Q is stored as 1×1 kernels Qᵀ (L, C_in/B), strided as W_0; P is (C_out, L/B).
 *
 * <p>Trainable parameters: C_out·C_in·k², with Φ L·(C_in + C_out)/B more, those of the branch and of the latent space.
 */
public final class DcdConvolution extends ImageLayer<DcdConvolution.Options> implements FormableKernel {
    /**
     * What distinguishes two such layers.
     *
     * @param window k and the stride
     * @param branch what yields Λ(x) and Φ(x)
     * @param latent where Φ(x) fuses; not looked at without Φ
     */
    public record Options(
            @JsonProperty("window") Window window,
            @JsonProperty("branch") DynamicBranch branch,
            @JsonProperty("latent") LatentSpace latent)
            implements Serializable {
        @JsonCreator
        public Options {}
    }

    /** For DL4J's JSON reader. */
    public DcdConvolution() {}

    /** A layer from {@code inputs} to {@code outputs} channels. */
    public DcdConvolution(int inputs, int outputs, Options options) {
        super(inputs, outputs, options);
        options.latent().requireFit(inputs, outputs);
    }

    @Override
    protected int stride() {
        return options().window().stride();
    }

    @Override
    public List<ParameterSpecification> parameterSpecifications() {
        int kernel = options().window().kernel();
        DynamicBranch branch = options().branch();
        LatentSpace latent = options().latent();
        List<ParameterSpecification> list = new ArrayList<>();
        list.add(weight("W0", InitialValues.convolution(kernel, outputs()), outputs(), inputs(), kernel, kernel));
        if (branch.fusion()) {
            list.add(pointwise("Q", latent.dimension(), inputs() / latent.blocks()));
            list.add(pointwise("P", outputs(), latent.dimension() / latent.blocks()));
        }
        list.addAll(branch.parameterSpecifications(inputs(), outputs(), latent.entries()));
        if (branch.fusion()) {
            list.addAll(latent.parameterSpecifications());
        }
        return list;
    }

    private static ParameterSpecification pointwise(String key, int outputs, int inputs) {
        return weight(key, InitialValues.convolution(1, outputs), outputs, inputs, 1, 1);
    }

    @Override
    public Tensor lower(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        Window window = options().window();
        LatentSpace latent = options().latent();
        Tensor fixed = graph.convolution("static", x, parameters.get("W0"), window.stride(), window.padding());
        DynamicBranch.Coefficients dynamic = options().branch().lower(graph, x, parameters);
        Tensor attended = dynamic.attend(graph, fixed);
        return dynamic.fusion()
                .map(phi -> {
                    Tensor q = graph.groupedPointwise("q", x, parameters.get("Q"), latent.blocks(), window.stride());
                    Tensor u = latent.lower(graph, q, phi, parameters);
                    Tensor residual = graph.groupedPointwise("residual", u, parameters.get("P"), latent.blocks(), 1);
                    return graph.add("y", attended, residual);
                })
                .orElse(attended);
    }

    @Override
    public long multiplyAddsSavedByForming(long positions) {
        if (!options().branch().fusion()) {
            return 0;
        }
        long blocks = options().latent().blocks();
        long latent = options().latent().dimension() / blocks;
        long inputs = inputs() / blocks;
        long outputs = outputs() / blocks;
        long featureSpace = positions * (inputs * latent + latent * latent + latent * outputs);
        long forming = latent * latent * outputs + latent * inputs * outputs;
        return blocks * (featureSpace - forming);
    }
}
