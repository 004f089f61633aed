package io.dcd.engine.plan;

/**
 * The optimiser's settings of one step.
 *
 * @param learningRate η
 * @param momentum m
 * @param weightDecay λ, coupled
 * @param clipNorm the largest Euclidean norm of the whole gradient, weight decay not counted; a longer gradient is shortened to
 *     it (Pascanu et al. 2013, algorithm 1). 0: never
 */
public record StepSettings(double learningRate, double momentum, double weightDecay, double clipNorm) {
    /** PyTorch's {@code clip_grad_norm_} keeps a gradient of zero from a division by zero with it. */
    private static final double EPSILON = 1e-6;

    public StepSettings {
        if (!(clipNorm >= 0)) {
            throw new IllegalArgumentException("the norm to clip at must not be negative, got " + clipNorm);
        }
    }

    /** Settings that leave every gradient as long as it is. */
    public StepSettings(double learningRate, double momentum, double weightDecay) {
        this(learningRate, momentum, weightDecay, 0);
    }

    /** By what a gradient of this norm is multiplied, as PyTorch's {@code clip_grad_norm_} does it. */
    public double gradientScale(double norm) {
        return clipNorm == 0 ? 1 : Math.min(1, clipNorm / (norm + EPSILON));
    }
}
