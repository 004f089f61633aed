package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.Phase;

/** An operation's mathematics on one slice of the batch, of which one phase is run. */
interface PhasedKernel {
    void forward();

    void backward();

    /** Only for operations that reduce the batch. */
    default void reduceForward() {
        throw new IllegalStateException(getClass().getSimpleName() + " reduces no batch");
    }

    /** Only for operations that reduce the batch. */
    default void reduceBackward() {
        throw new IllegalStateException(getClass().getSimpleName() + " reduces no batch");
    }

    default Kernel phase(Phase phase) {
        return switch (phase) {
            case REDUCE_FORWARD -> this::reduceForward;
            case FORWARD, RECOMPUTE -> this::forward;
            case REDUCE_BACKWARD -> this::reduceBackward;
            case BACKWARD -> this::backward;
        };
    }
}
