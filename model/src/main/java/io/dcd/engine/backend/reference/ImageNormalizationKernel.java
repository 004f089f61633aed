package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.ImageNormalization;

/** y = (x/255 − mean)/deviation for each of the three channels. */
final class ImageNormalizationKernel implements Kernel {
    private final ImageNormalization operation;
    private final ReferencePixels pixels;
    private final ReferenceBuffer y;

    ImageNormalizationKernel(ImageNormalization operation, KernelMemory memory) {
        this.operation = operation;
        pixels = (ReferencePixels) memory.pixels();
        y = ReferenceBuffer.of(memory.value(operation.output()));
    }

    @Override
    public void forward() {
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
