package io.dcd.engine.operation;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * The batch normalisation of X̃·B, which is never formed, as a change of B: X̃·B̂ is the normalised product. With B = [B⁰; κ],
 * κ the row of the constant, V = G·[B⁰; 0] and a = γ/√(σ² + ε),
 *
 * <pre>
 * B̂ = [a ⊙ B⁰; a ⊙ (κ − μ) + β]
 * </pre>
 *
 * where μ and σ² are those of the batch, whose moments V gives: X̃·[B⁰; 0] sums to V's last row, its squares to Σ_k B⁰∘V. With
 * T values of a channel, r = 1/√(σ² + ε), 1 the last column of G: dβ = Σ_n dB̂[last],
 * dγ = r·Σ_n (Σ_k dB̂∘B⁰ + (κ − μ)·dB̂[last]), c = a·r·dγ/T, e = a·dβ/T + c·(κ − μ) and
 *
 * <pre>
 * dB = a ⊙ dB̂ − c ⊙ V − G[·, 1]·eᵀ,   dG = −½·[B⁰·diag(c)·B⁰ᵀ, B⁰·e; (B⁰·e)ᵀ, 0]
 * </pre>
 *
 * Only in training, and only a backend's own rewriting makes it.
 *
 * @param gram G of {@link GramMatrix}
 * @param kernel B, K rows of O values
 * @param normalization of the product, without an activation; its tensors are the maps that are never formed
 * @param output B̂, K rows of O values
 */
public record KernelNormalization(Tensor gram, Tensor kernel, BatchNormalization normalization, Tensor output)
        implements RewrittenOperation {
    /** K. */
    public int rows() {
        return kernel.shape().height();
    }

    /** O. */
    public int columns() {
        return kernel.shape().channels();
    }

    @Override
    public List<Tensor> inputs() {
        return List.of(gram, kernel);
    }

    @Override
    public List<Parameter> parameters() {
        return normalization.parameters();
    }

    @Override
    public boolean reducesBatch() {
        return true;
    }

    @Override
    public List<Tensor> keptForBackward() {
        return inputs();
    }

    @Override
    public List<Tensor> keptForReduction() {
        return List.of(kernel);
    }

    @Override
    public <R> R accept(OperationVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
