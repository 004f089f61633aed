package io.dcd.engine.backend;

import java.util.List;

/**
 * What an {@link UpdateKernel} works on: flat vectors of equal length, and the parts of them to update.
 *
 * @param parameters p
 * @param gradients g, the sum of these vectors, one for each thread of the plan
 * @param velocity v
 * @param slices the trainable parts, by offset
 */
public record UpdateMemory(Buffer parameters, List<Buffer> gradients, Buffer velocity, List<Slice> slices) {
    /** A contiguous run of trainable values, and whether weight decay applies to it. */
    public record Slice(long offset, long elements, boolean decays) {}

    public UpdateMemory {
        gradients = List.copyOf(gradients);
        slices = List.copyOf(slices);
    }
}
