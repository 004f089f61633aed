package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;

/** The buffers of one slice, as this backend knows them; asked for when a kernel runs. */
record ReferenceMemory(KernelMemory memory) {
    int samples() {
        return memory.samples();
    }

    boolean training() {
        return memory.training();
    }

    ReferenceBuffer value(Tensor tensor) {
        return ReferenceBuffer.of(memory.value(tensor));
    }

    ReferenceBuffer gradient(Tensor output) {
        return ReferenceBuffer.of(memory.gradient(output));
    }

    /** The gradient of an input, ready to be added to. */
    InputGradient inputGradient(Tensor input) {
        GradientMode mode = memory.gradientMode(input);
        if (mode == GradientMode.NONE) {
            return InputGradient.UNWANTED;
        }
        ReferenceBuffer buffer = ReferenceBuffer.of(memory.gradient(input));
        if (mode == GradientMode.OVERWRITE) {
            buffer.clear();
        }
        return buffer::add;
    }

    ReferenceBuffer parameter(Parameter parameter) {
        return ReferenceBuffer.of(memory.parameter(parameter));
    }

    ReferenceBuffer parameterGradient(Parameter parameter) {
        return ReferenceBuffer.of(memory.parameterGradient(parameter));
    }
}
