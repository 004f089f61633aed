package io.dcd.engine.backend.reference;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.Centring;

/** X̃[n, t] = [x[n, t] − m[n] | 1], dx[n, t] = dX̃[n, t] without its last value. */
record CentringKernel(Centring operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer y = memory.value(operation.output());
        Shape shape = operation.input().shape();
        int channels = shape.channels();
        for (int row = 0; row < memory.samples() * shape.positions(); row++) {
            int centre = row / shape.positions() * shape.positions() + shape.centre();
            for (int c = 0; c < channels; c++) {
                y.set(row * (channels + 1) + c, x.get(row * channels + c) - x.get(centre * channels + c));
            }
            y.set(row * (channels + 1) + channels, 1);
        }
    }

    @Override
    public void backward() {
        ReferenceBuffer dy = memory.gradient(operation.output());
        InputGradient dx = memory.inputGradient(operation.input());
        int channels = operation.input().shape().channels();
        for (int row = 0; row < memory.samples() * operation.input().shape().positions(); row++) {
            for (int c = 0; c < channels; c++) {
                dx.add(row * channels + c, dy.get(row * (channels + 1) + c));
            }
        }
    }
}
