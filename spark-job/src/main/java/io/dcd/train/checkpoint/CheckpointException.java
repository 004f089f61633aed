package io.dcd.train.checkpoint;

/** A checkpoint or run directory cannot be used as asked; the message names it and the remedy. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
