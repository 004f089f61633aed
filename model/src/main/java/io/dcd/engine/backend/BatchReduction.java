package io.dcd.engine.backend;

/**
 * The sums over the whole batch of one reducing operation, to which its kernels add from several threads, each to the
 * place of its own thread.
 */
public interface BatchReduction extends AutoCloseable {
    /** Turns the sums of all slices into what the forward phase needs, and clears them. */
    void combineForward();

    /** Turns the sums of all slices into what the backward phase needs, adds the gradients of the parameters, and clears. */
    void combineBackward();

    /** Frees what the reduction itself allocated. */
    @Override
    default void close() {}
}
