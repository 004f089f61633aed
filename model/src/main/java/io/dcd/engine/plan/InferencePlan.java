package io.dcd.engine.plan;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.graph.Graph;
import java.nio.ByteBuffer;

/** A plan that only predicts; batch normalisation uses the running statistics. */
public final class InferencePlan implements AutoCloseable {
    private final Plan plan;

    /** Compiles {@code graph}, in its folded form, for batches of at most {@code batch} samples. */
    public InferencePlan(Graph graph, Backend backend, int batch) {
        this.plan = new Plan(graph, backend, PlanOptions.inference(batch));
    }

    /** The largest number of samples of a run. */
    public int batch() {
        return plan.batch();
    }

    /** The flat parameter vector, running statistics included; what is derived from it follows it at the next run. */
    public Buffer parameters() {
        return plan.parameters();
    }

    /**
     * Predicts a batch, the last one perhaps with fewer images than {@link #batch}.
     *
     * @param images 8-bit RGB, at most batch × height × width × 3
     * @param logits takes the result, at most batch × classes; rows beyond the given images hold nothing meaningful
     * @throws IllegalArgumentException if there is no image, part of an image, or more than a batch
     */
    public void predict(ByteBuffer images, float[] logits) {
        long image = plan.pixels().bytes() / batch();
        if (images.remaining() == 0 || images.remaining() % image != 0 || images.remaining() > batch() * image) {
            throw new IllegalArgumentException(
                    "%d bytes are not 1 to %d images of %d bytes".formatted(images.remaining(), batch(), image));
        }
        plan.pixels().write(images);
        plan.forward();
        plan.output().read(logits);
    }

    /** The plan underneath: inputs and memory. */
    public Plan plan() {
        return plan;
    }

    @Override
    public void close() {
        plan.close();
    }
}
