package io.dcd.engine.operation;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One pointwise kernel for each sample (paper, equation 6), with the batch normalisations of the latent path and of the
 * layer folded in, for inference:
 *
 * <pre>
 * K[n] = [F·diag(λ[n]); bᵀ] + Q·(Φ[n] + I)ᵀ·P
 * </pre>
 *
 * The last of the C_in + 1 rows of K is the bias. Rows are padded as {@link DynamicCoefficients} pads them.
 *
 * @param coefficients λ and Φ of the samples
 * @param attention whether there is λ; else it is 1
 * @param fixed F (C_in, C_out)
 * @param bias b (C_out)
 * @param fusion P and Q, or none
 * @param output K, C_in + 1 rows of C_out values
 */
public record KernelFormation(
        Tensor coefficients, boolean attention, Parameter fixed, Parameter bias, Optional<Fusion> fusion, Tensor output)
        implements RewrittenOperation {
    /**
     * The factors of the residual.
     *
     * @param latent L
     * @param offset the place of Φᵀ, row-major (L, L), in the coefficients
     * @param identity whether I is added to Φ; the plain form of the latent path has none
     * @param left P (L, C_out)
     * @param right Q (C_in + 1, L)
     */
    public record Fusion(int latent, int offset, boolean identity, Parameter left, Parameter right) {}

    /** C_in + 1. */
    public int rows() {
        return output.shape().height();
    }

    /** C_out, padded. */
    public int columns() {
        return output.shape().channels();
    }

    @Override
    public List<Tensor> inputs() {
        return List.of(coefficients);
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> list = new ArrayList<>(List.of(fixed, bias));
        fusion.ifPresent(factors -> list.addAll(List.of(factors.left(), factors.right())));
        return list;
    }

    @Override
    public List<Tensor> keptForBackward() {
        return List.of();
    }

    @Override
    public <R> R accept(OperationVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
