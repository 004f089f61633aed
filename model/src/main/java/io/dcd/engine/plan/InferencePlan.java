package io.dcd.engine.plan;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.graph.Graph;
import java.nio.ByteBuffer;

/** A plan that only predicts; batch normalisation uses the running statistics. */
public final class InferencePlan implements AutoCloseable {
    private final Plan plan;

    /** Compiles {@code graph} for batches of at most {@code batch} samples. */
    public InferencePlan(Graph graph, Backend backend, int batch) {
        this.plan = new Plan(graph, backend, PlanOptions.inference(batch));
    }

    /** The largest number of samples of a run. */
    public int batch() {
        return plan.batch();
    }

    /** The flat parameter vector, running statistics included. */
    public Buffer parameters() {
        return plan.parameters();
    }

    /**
     * Predicts a batch, the last one perhaps with fewer images than {@link #batch}.
     *
     * @param images 8-bit RGB, at most batch × height × width × 3
     * @param logits takes the result, batch × classes; rows beyond the given images hold nothing meaningful
     */
    public void predict(ByteBuffer images, float[] logits) {
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
