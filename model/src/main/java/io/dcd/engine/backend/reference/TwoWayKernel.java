package io.dcd.engine.backend.reference;

/** An operation's forward and backward mathematics on one slice of the batch; only one of them is run. */
interface TwoWayKernel {
    void forward();

    void backward();
}
