package io.dcd.engine.backend;

import io.dcd.engine.operation.Operation;

/**
 * Where a plan's numbers live and what computes them. Memory is reached through {@link Buffer}s alone, so that a
 * backend may keep it where the host cannot see it. A backend may serve several plans; each plan is used by one thread
 * at a time.
 */
public interface Backend {
    /** The name by which a configuration chooses it. */
    String name();

    /** Readies the calling thread to make or to run kernels; a plan calls it before either. */
    default void prepareThread() {}

    /** A new zeroed buffer. */
    Buffer allocate(long elements);

    /** A new zeroed buffer of bytes for a batch of 8-bit images. */
    PixelBuffer allocatePixels(long bytes);

    /**
     * The kernel that computes {@code operation} on the memory that {@code memory} hands out. Buffers are fixed from
     * here on; a kernel creates what it needs now and allocates nothing when it runs.
     *
     * @throws UnsupportedOperationException if this backend has no kernel for it
     */
    Kernel kernel(Operation operation, KernelMemory memory);

    /** The softmax cross-entropy that ends a training graph. */
    LossKernel lossKernel(LossMemory memory);

    /** The optimiser's update of the flat parameter vector. */
    UpdateKernel updateKernel(UpdateMemory memory);
}
