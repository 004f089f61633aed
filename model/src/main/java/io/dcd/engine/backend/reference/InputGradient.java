package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.graph.Tensor;

/** The gradient of one input of a kernel, to which the kernel only ever adds. */
final class InputGradient {
    private final GradientMode mode;
    private final ReferenceBuffer buffer;

    InputGradient(KernelMemory memory, Tensor input) {
        mode = memory.gradientMode(input);
        buffer = mode == GradientMode.NONE ? null : ReferenceBuffer.of(memory.gradient(input));
    }

    /** Must come before the first {@link #add} of a backward pass. */
    void begin() {
        if (mode == GradientMode.OVERWRITE) {
            buffer.clear();
        }
    }

    /** Whether anybody wants it. */
    boolean wanted() {
        return mode != GradientMode.NONE;
    }

    void add(int index, double value) {
        if (mode != GradientMode.NONE) {
            buffer.add(index, value);
        }
    }
}
