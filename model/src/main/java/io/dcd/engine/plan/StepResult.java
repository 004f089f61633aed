package io.dcd.engine.plan;

/**
 * Readings of one step.
 *
 * @param loss mean cross-entropy of the batch, before the update
 * @param gradientNorm Euclidean norm of all gradients, without weight decay and before clipping
 */
public record StepResult(double loss, double gradientNorm) {
    /** Whether both readings are finite. */
    public boolean finite() {
        return Double.isFinite(loss) && Double.isFinite(gradientNorm);
    }
}
