package io.dcd.model.layer;

/** A layer that can form its kernel W(x) once per sample instead of computing the dynamic part in feature space. */
public interface FormableKernel {
    /**
     * How many multiply-adds per sample forming W(x) saves against the feature-space form on {@code positions} output
     * positions; negative where it costs more.
     */
    long multiplyAddsSavedByForming(long positions);
}
