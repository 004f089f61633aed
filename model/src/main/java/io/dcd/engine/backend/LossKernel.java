package io.dcd.engine.backend;

/** Softmax cross-entropy with soft labels, averaged over the batch: L = −(1/N) Σ_n Σ_k t[n, k]·log softmax(z_n)_k. */
public interface LossKernel extends AutoCloseable {
    /** Computes the loss. */
    double forward();

    /** Computes the logits' gradient (softmax(z)·Σ_k t − t)/N; {@link #forward} has run. */
    void backward();

    /** Frees what the kernel itself allocated. */
    @Override
    default void close() {}
}
