package io.dcd.train;

/** Training produced a loss, gradient or parameter that is not finite; the message says where, and what can be done. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DivergedException(String message) {
        super(message);
    }
}
