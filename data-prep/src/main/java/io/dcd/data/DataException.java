package io.dcd.data;

/**
 * Something is wrong with the data: an archive, an image, a prepared directory. The message is one line that names the thing and the
 * remedy, fit to be shown to a person as it is.
 */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DataException(String message) {
        super(message);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
