package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.UpdateKernel;
import io.dcd.engine.backend.UpdateMemory;
import java.util.List;

/** g ← s·g + λ·p, v ← m·v + g, p ← p − η·v. */
final class ReferenceUpdateKernel implements UpdateKernel {
    private final UpdateMemory memory;
    private final ReferenceBuffer parameters;
    private final List<Buffer> gradients;
    private final ReferenceBuffer velocity;

    ReferenceUpdateKernel(UpdateMemory memory) {
        this.memory = memory;
        parameters = ReferenceBuffer.of(memory.parameters());
        gradients = memory.gradients();
        velocity = ReferenceBuffer.of(memory.velocity());
    }

    @Override
    public void update(double learningRate, double momentum, double weightDecay, double gradientScale) {
        for (UpdateMemory.Slice slice : memory.slices()) {
            double decay = slice.decays() ? weightDecay : 0;
            for (int i = (int) slice.offset(); i < slice.offset() + slice.elements(); i++) {
                double decayed = gradientScale * gradient(i) + decay * parameters.get(i);
                velocity.set(i, momentum * velocity.get(i) + decayed);
                parameters.add(i, -learningRate * velocity.get(i));
            }
        }
    }

    @Override
    public double gradientSquares() {
        double squares = 0;
        for (UpdateMemory.Slice slice : memory.slices()) {
            for (int i = (int) slice.offset(); i < slice.offset() + slice.elements(); i++) {
                squares += gradient(i) * gradient(i);
            }
        }
        return squares;
    }

    private double gradient(int index) {
        double sum = 0;
        for (Buffer thread : gradients) {
            sum += ReferenceBuffer.of(thread).get(index);
        }
        return sum;
    }
}
