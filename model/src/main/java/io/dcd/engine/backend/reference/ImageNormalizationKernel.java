package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.ImageNormalization;

/** y = (x/255 − mean)/deviation for each of the three channels. */
record ImageNormalizationKernel(ImageNormalization operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        ReferencePixels pixels = (ReferencePixels) memory.memory().pixels();
        ReferenceBuffer y = memory.value(operation.output());
        for (int i = 0; i < y.size(); i++) {
            int c = i % 3;
            y.set(
                    i,
                    (pixels.get(i) / 255.0 - operation.mean().get(c))
                            / operation.deviation().get(c));
        }
    }

    @Override
    public void backward() {
        throw new IllegalStateException("pixels have no gradient");
    }
}
