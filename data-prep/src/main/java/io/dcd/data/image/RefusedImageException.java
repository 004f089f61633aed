package io.dcd.data.image;

/** These bytes are not an image that may be stored; they go to quarantine with the reason. */
public final class RefusedImageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final RefusalReason reason;

    public RefusedImageException(RefusalReason reason, String detail) {
        super(detail);
        this.reason = reason;
    }

    public RefusalReason reason() {
        return reason;
    }
}
