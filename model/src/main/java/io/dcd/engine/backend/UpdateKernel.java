package io.dcd.engine.backend;

/**
 * Stochastic gradient descent with momentum and coupled weight decay, as PyTorch defines it: g ← s·g + λ·p, v ← m·v + g,
 * p ← p − η·v. The learning rate η stays outside the velocity; s scales a clipped gradient.
 */
public interface UpdateKernel extends AutoCloseable {
    /**
     * Updates every slice.
     *
     * @param learningRate η
     * @param momentum m
     * @param weightDecay λ, for the slices that decay
     * @param gradientScale s
     */
    void update(double learningRate, double momentum, double weightDecay, double gradientScale);

    /** The sum of the squares of the gradient over all slices; not finite exactly if a gradient is not, or it overflows. */
    double gradientSquares();

    /** Frees what the kernel itself allocated. */
    @Override
    default void close() {}
}
