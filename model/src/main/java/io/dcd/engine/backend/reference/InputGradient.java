package io.dcd.engine.backend.reference;

/** The gradient of one input of a kernel, to which the kernel only ever adds. */
interface InputGradient {
    /** Of an input whose gradient nobody needs. */
    InputGradient UNWANTED = (index, value) -> {};

    void add(int index, double value);
}
