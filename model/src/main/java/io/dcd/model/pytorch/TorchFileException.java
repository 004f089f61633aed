package io.dcd.model.pytorch;

/** A PyTorch file is damaged, asks for more than data, or is of another network; the message names what and the remedy. */
public final class TorchFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TorchFileException(String message) {
        super(message);
    }

    TorchFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
