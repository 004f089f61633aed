package io.dcd.data.prepare;

/** How closely each image is looked at before it is stored. */
public enum PixelCheck {
    /** Every image is decoded once, so that none can fail in training. */
    DECODE,
    /** Header, size and structure from start to end marker, without decoding. */
    STRUCTURE
}
