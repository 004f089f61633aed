package io.dcd.torch;

import io.dcd.engine.graph.Parameter;

/** A training whose last step can be looked at. */
interface TrainingRun extends AutoCloseable {
    /** Takes the step {@code number}. */
    void step(long number);

    /** The loss of the last step, before its update. */
    double loss();

    /** The logits of the last step, before its update. */
    double[] logits();

    /** The gradient of {@code parameter}, which is trainable, in the last step. */
    double[] gradient(Parameter parameter);

    /** The values of {@code parameter} after the last step. */
    double[] values(Parameter parameter);

    @Override
    void close();
}
