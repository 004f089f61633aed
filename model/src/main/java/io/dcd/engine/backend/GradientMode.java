package io.dcd.engine.backend;

/** What a kernel's backward pass does with the gradient of one of its inputs. */
public enum GradientMode {
    /** Nobody needs it: compute nothing. */
    NONE,
    /** Write it: this kernel is the first to contribute. */
    OVERWRITE,
    /** Add to what other kernels have contributed. */
    ACCUMULATE
}
