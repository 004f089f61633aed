package io.dcd.data.image;

/** Why an image is put into quarantine; the names appear in the quarantine table and in the manifest. */
public enum RefusalReason {
    EMPTY,
    TOO_MANY_BYTES,
    NOT_JPEG_OR_PNG,
    TOO_MANY_PIXELS,
    TRUNCATED,
    BROKEN,
    UNDECODABLE
}
