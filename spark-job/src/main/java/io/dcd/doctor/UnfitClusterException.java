package io.dcd.doctor;

/** The machines cannot run the job; the message says why, and the remedy. */
public final class UnfitClusterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnfitClusterException(String message) {
        super(message);
    }
}
