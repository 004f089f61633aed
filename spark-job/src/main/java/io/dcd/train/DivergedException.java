package io.dcd.train;

/** Training produced a loss, gradient or parameter that is not finite; the message says where. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DivergedException(String message) {
        super(message);
    }

    /** The same as the end of a run: the message says what can be done too. */
    DivergedException asEnd() {
        DivergedException end = new DivergedException(
                getMessage()
                        + "; the last checkpoint stands. Lower training.learning-rate, raise training.warm-up-epochs, or raise divergence.retries");
        end.initCause(this);
        return end;
    }
}
