package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.BatchReduction;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.backend.LossKernel;
import io.dcd.engine.backend.LossMemory;
import io.dcd.engine.backend.Phase;
import io.dcd.engine.backend.PixelBuffer;
import io.dcd.engine.backend.ReductionMemory;
import io.dcd.engine.backend.UpdateKernel;
import io.dcd.engine.backend.UpdateMemory;
import io.dcd.engine.operation.BatchNormalization;
import io.dcd.engine.operation.KernelNormalization;
import io.dcd.engine.operation.Operation;

/**
 * Plain Java loops in double precision: the specification of every operation, the oracle of the tests, and what still
 * runs where no native library does. Orders of magnitude slower than the others.
 */
public final class ReferenceBackend implements Backend {
    /** The name by which a configuration chooses this backend. */
    public static final String NAME = "reference";

    private final int threads;
    private final long sliceElements;

    /** Runs the whole batch at once on the calling thread. */
    public ReferenceBackend() {
        this(1, Long.MAX_VALUE);
    }

    /** Divides the batch as the fast backends do. */
    public ReferenceBackend(int threads, long sliceElements) {
        this.threads = threads;
        this.sliceElements = sliceElements;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Buffer allocate(long elements) {
        return new ReferenceBuffer(Math.toIntExact(elements));
    }

    @Override
    public PixelBuffer allocatePixels(long bytes) {
        return new ReferencePixels(Math.toIntExact(bytes));
    }

    @Override
    public int threads() {
        return threads;
    }

    @Override
    public long sliceElements() {
        return sliceElements;
    }

    @Override
    public Kernel kernel(Operation operation, Phase phase, KernelMemory memory) {
        return operation
                .accept(new ReferenceKernels(new ReferenceMemory(memory)))
                .phase(phase);
    }

    @Override
    public BatchReduction reduction(Operation operation, ReductionMemory memory) {
        if (operation instanceof BatchNormalization normalization) {
            return new BatchNormalizationReduction(normalization, memory);
        }
        if (operation instanceof KernelNormalization kernel) {
            return new BatchNormalizationReduction(kernel.normalization(), memory);
        }
        throw unsupported(operation);
    }

    private static UnsupportedOperationException unsupported(Operation operation) {
        return new UnsupportedOperationException("the reference backend has no kernel for "
                + operation.getClass().getSimpleName());
    }

    @Override
    public LossKernel lossKernel(LossMemory memory) {
        return new ReferenceLossKernel(memory);
    }

    @Override
    public UpdateKernel updateKernel(UpdateMemory memory) {
        return new ReferenceUpdateKernel(memory);
    }
}
