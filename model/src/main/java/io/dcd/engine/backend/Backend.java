package io.dcd.engine.backend;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.operation.Operation;

/**
 * Where a plan's numbers live and what computes them. Memory is reached through {@link Buffer}s alone, so that a
 * backend may keep it where the host cannot see it. A backend may serve several plans.
 */
public interface Backend {
    /** The name by which a configuration chooses it. */
    String name();

    /** Readies the calling thread to make or to run kernels; a plan calls it before either. */
    default void prepareThread() {}

    /**
     * The graph that this backend would rather train: the same inputs, output, parameters and mathematics in other
     * operations.
     */
    default Graph rewrite(Graph graph) {
        return graph;
    }

    /** A new zeroed buffer. */
    Buffer allocate(long elements);

    /** A new zeroed buffer of bytes for a batch of 8-bit images. */
    PixelBuffer allocatePixels(long bytes);

    /** The number of threads among which a plan divides its batch. */
    int threads();

    /**
     * The number of values that one slice of a stage should touch at most, so that they stay in cache; a slice has at
     * least one sample.
     */
    long sliceElements();

    /**
     * The kernel that computes one phase of {@code operation} on the memory that {@code memory} hands out. Buffers are
     * fixed from here on; a kernel creates what it needs now and allocates nothing when it runs.
     *
     * @throws UnsupportedOperationException if this backend has no kernel for it
     */
    Kernel kernel(Operation operation, Phase phase, KernelMemory memory);

    /** The sums over the batch of a reducing operation. */
    BatchReduction reduction(Operation operation, ReductionMemory memory);

    /** The softmax cross-entropy that ends a training graph. */
    LossKernel lossKernel(LossMemory memory);

    /** The optimiser's update of the flat parameter vector. */
    UpdateKernel updateKernel(UpdateMemory memory);
}
