package io.dcd.engine.backend;

/**
 * One phase of one operation, bound to the memory of one slice of the batch. It keeps nothing from one run to the next
 * but what lies in the buffers it was given: another kernel, bound to another slicing, may run the next phase.
 */
public interface Kernel extends AutoCloseable {
    /** Does the work; allocates nothing. */
    void run();

    /** Frees what the kernel itself allocated. */
    @Override
    default void close() {}
}
