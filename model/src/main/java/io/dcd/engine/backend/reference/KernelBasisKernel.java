package io.dcd.engine.backend.reference;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.KernelBasis;

/** E[n] = [I; m[n]]. */
record KernelBasisKernel(KernelBasis operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer basis = memory.value(operation.output());
        Shape shape = operation.input().shape();
        int channels = shape.channels();
        basis.clear();
        for (int n = 0; n < memory.samples(); n++) {
            int first = n * (channels + 1) * channels;
            for (int c = 0; c < channels; c++) {
                basis.set(first + c * channels + c, 1);
                basis.set(
                        first + channels * channels + c,
                        x.get((n * shape.positions() + shape.centre()) * channels + c));
            }
        }
    }

    @Override
    public void backward() {
        throw new IllegalStateException("a kernel's basis has no gradient");
    }
}
