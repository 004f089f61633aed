package io.dcd.engine.plan;

import java.nio.ByteBuffer;

/** Takes training steps on the flat vectors of a network. */
public interface Trainer extends AutoCloseable {
    /** Goes on from these vectors, laid out as the graph's parameters. */
    void write(float[] parameters, float[] velocity);

    /** Copies both vectors out. */
    void read(float[] parameters, float[] velocity);

    /**
     * Trains on one batch. If the loss or a gradient is not finite, the readings say so and the parameters and the
     * velocity stay as they were; the running statistics have moved.
     *
     * @param number the step's number, on which dropout depends
     * @param images 8-bit RGB, batch × height × width × 3
     * @param labels soft labels, batch × classes, rows that sum to 1
     */
    StepResult step(long number, ByteBuffer images, float[] labels, StepSettings settings);

    @Override
    void close();
}
