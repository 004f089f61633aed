package io.dcd.engine.backend.reference;

/** The mathematics of an operation that only inference has. */
interface InferenceKernel extends PhasedKernel {
    @Override
    default void backward() {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " has no backward pass");
    }
}
