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
 * Dynamic k×k convolution with joint fusion of channels and kernel elements, the paper's equation 9,
 *
 * <pre>
 * W(x) = W_0 ×₂ Λ(x) + Φ(x) ×₁ Q ×₂ P ×₃ R
 * </pre>
 *
 * that is W[o, c, t] = λ_o·W_0[o, c, t] + Σ_ijm P[o, i]·Φ[i, j, m]·Q[c, j]·R[t, m] for the kernel element t, computed as
 *
 * <pre>
 * y = Λ(x) ⊙ (W_0 * x) + P·u,   u = Ψ * (Qᵀ·x),   Ψ[i, j, t] = Σ_m Φ[i, j, m]·R[t, m]
 * </pre>
 *
 * Λ(x) and Φ(x) come from the {@link DynamicBranch}. In the reference's form of the {@link LatentSpace}, which the
 * authors' code has for channel fusion alone, z = BN1(Qᵀ·x) is convolved instead and u = BN2(Ψ * z) + z, with a stride z
 * at the centres of the windows: with L_k = 1 and R one-hot at the centre this is channel fusion alone.
 *
 * <p>x is (N, H, W, C_in), y is (N, ⌈H/stride⌉, ⌈W/stride⌉, C_out), both NHWC. W_0 is (C_out, C_in, k, k), padded by
 * (k − 1)/2; Q is stored as Qᵀ (L, C_in), P is (C_out, L), R is (k², L_k), Φ is (L, L, L_k).
 *
 * <p>Trainable parameters: C_out·C_in·k², with Φ L·(C_in + C_out) + k²·L_k more, those of the branch, with F = L²·L_k,
 * and of the latent space.
 */
public final class DcdJointConvolution extends ImageLayer<DcdJointConvolution.Options> implements FormableKernel {
    /**
     * What distinguishes two such layers.
     *
     * @param window k and the stride
     * @param branch what yields Λ(x) and Φ(x), which is there: Λ alone needs no such layer
     * @param latent the L latent channels, in one block
     * @param elements L_k ≤ k², the number of latent kernel elements
     */
    public record Options(
            @JsonProperty("window") Window window,
            @JsonProperty("branch") DynamicBranch branch,
            @JsonProperty("latent") LatentSpace latent,
            @JsonProperty("elements") int elements)
            implements Serializable {
        @JsonCreator
        public Options {
            Requirement.check(branch.fusion(), "joint fusion needs Φ");
            Requirement.check(latent.blocks() == 1, "joint fusion has one block, got %d", latent.blocks());
            Requirement.check(
                    elements >= 1 && elements <= window.taps(),
                    "the latent kernel elements L_k must lie in 1 … k² = %d, got %d",
                    window.taps(),
                    elements);
        }
    }

    /** For DL4J's JSON reader. */
    public DcdJointConvolution() {}

    /** A layer from {@code inputs} to {@code outputs} channels. */
    public DcdJointConvolution(int inputs, int outputs, Options options) {
        super(inputs, outputs, options);
    }

    @Override
    protected int stride() {
        return options().window().stride();
    }

    @Override
    public List<ParameterSpecification> parameterSpecifications() {
        int kernel = options().window().kernel();
        int elements = options().elements();
        LatentSpace latent = options().latent();
        int dimension = latent.dimension();
        List<ParameterSpecification> list = new ArrayList<>();
        list.add(weight("W0", InitialValues.convolution(kernel, outputs()), outputs(), inputs(), kernel, kernel));
        list.add(weight("Q", InitialValues.convolution(1, dimension), dimension, inputs(), 1, 1));
        list.add(weight("P", InitialValues.convolution(1, outputs()), outputs(), dimension, 1, 1));
        list.add(weight("R", InitialValues.convolution(1, elements), kernel * kernel, elements));
        list.addAll(options().branch().parameterSpecifications(inputs(), outputs(), dimension * dimension * elements));
        list.addAll(latent.parameterSpecifications());
        return list;
    }

    @Override
    public Tensor lower(GraphBuilder graph, Tensor x, LayerParameters parameters) {
        Window window = options().window();
        int kernel = window.kernel();
        int stride = window.stride();
        Tensor fixed = graph.convolution("static", x, parameters.get("W0"), stride, window.padding());
        DynamicBranch.Coefficients dynamic = options().branch().lower(graph, x, parameters);
        Tensor r = graph.broadcast(
                "r", parameters.get("R"), new Shape(kernel, kernel, options().elements()));
        Tensor psi = graph.batchedProduct("psi", dynamic.fusion().orElseThrow(), r);
        Tensor q = graph.convolution("q", x, parameters.get("Q"), 1, 0);
        Tensor u = options()
                .latent()
                .lower(
                        graph,
                        q,
                        parameters,
                        (name, z) -> graph.batchedConvolution(name, psi, z, stride, window.padding()),
                        (name, z) -> graph.sampled(name, z, stride));
        Tensor residual = graph.convolution("residual", u, parameters.get("P"), 1, 0);
        return graph.add("y", dynamic.attend(graph, fixed), residual);
    }

    @Override
    public long multiplyAddsSavedByForming(long positions) {
        long taps = options().window().taps();
        long latent = options().latent().dimension();
        // Q works before the stride.
        long unstrided = positions * stride() * stride();
        long featureSpace = unstrided * inputs() * latent + positions * (latent * latent * taps + latent * outputs());
        return featureSpace - taps * (latent * latent * inputs() + latent * inputs() * outputs());
    }
}
