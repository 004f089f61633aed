package io.dcd.engine.backend;

/** One operation bound to its memory. */
public interface Kernel extends AutoCloseable {
    /** Computes the output from the inputs; in training also what its backward pass needs. */
    void forward();

    /**
     * From the gradient of the output computes the gradients of its inputs (each overwritten, added to or left out as
     * its {@link GradientMode} says) and of its parameters (always overwritten).
     */
    void backward();

    /** Frees what the kernel itself allocated. */
    @Override
    default void close() {}
}
