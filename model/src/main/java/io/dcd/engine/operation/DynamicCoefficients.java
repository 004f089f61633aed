package io.dcd.engine.operation;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The branch of a layer that is dynamic by decomposition (paper, section 3.3) as one operation, for inference:
 *
 * <pre>
 * s = adaptiveAvgPool(x, p×p) as a vector,   h = FC1ᵀ·s,   g = h ⊙ hσ(FC2ᵀ·h),   y = [hσ(FCΛᵀ·g) | FCΦᵀ·g]
 * </pre>
 *
 * Every matrix is stored transposed, one row for each of its inputs, and its outputs are padded to a multiple of {@value
 * #LANES} with zeros, so that kernels need no case for a rest.
 *
 * @param pooling p
 * @param first FC1 (C_in·p², S)
 * @param second FC2 (S, S)
 * @param attention FCΛ (S, C_out), or none
 * @param fusion FCΦ (S, L²), or none
 * @param output λ, where there is attention, and Φ, where there is fusion, each padded
 */
public record DynamicCoefficients(
        Tensor input,
        int pooling,
        Parameter first,
        Parameter second,
        Optional<Parameter> attention,
        Optional<Parameter> fusion,
        Tensor output)
        implements RewrittenOperation {
    /** What the widths of matrices are padded to: as many floats as the widest vectors in use have. */
    public static final int LANES = 16;

    /** {@code width} padded. */
    public static int padded(int width) {
        return Math.floorDiv(width + LANES - 1, LANES) * LANES;
    }

    /** The place of Φ in the output. */
    public int fusionOffset() {
        return attention.map(matrix -> matrix.shape().get(1)).orElse(0);
    }

    @Override
    public List<Tensor> inputs() {
        return List.of(input);
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> list = new ArrayList<>(List.of(first, second));
        attention.ifPresent(list::add);
        fusion.ifPresent(list::add);
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
