package io.dcd.engine.backend;

/**
 * A part of an operation's work. Between a reducing phase and the one after it lies a barrier: every slice of the batch
 * has been reduced, and {@link BatchReduction} has combined the sums.
 */
public enum Phase {
    /** Adds a slice's share to the sums over the batch that the forward pass needs; only for reducing operations. */
    REDUCE_FORWARD,
    /** Computes the output. */
    FORWARD,
    /**
     * Computes the output again, during the backward pass and from what {@link #FORWARD} read, because keeping it would cost
     * more; only for operations that say so ({@link io.dcd.engine.operation.Operation#recomputable}).
     */
    RECOMPUTE,
    /**
     * Adds a slice's share to the sums over the batch that the backward pass needs, and leaves the gradient before the
     * activation in the place of the output's; only for reducing operations.
     */
    REDUCE_BACKWARD,
    /** Computes the gradients of the inputs, and adds to those of the parameters. */
    BACKWARD;

    /** Whether this phase belongs to the backward pass. */
    public boolean backward() {
        return this == RECOMPUTE || this == REDUCE_BACKWARD || this == BACKWARD;
    }

    /** Whether this phase only adds to sums over the batch. */
    public boolean reduces() {
        return this == REDUCE_FORWARD || this == REDUCE_BACKWARD;
    }
}
