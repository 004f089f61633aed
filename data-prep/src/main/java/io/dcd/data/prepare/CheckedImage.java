package io.dcd.data.prepare;

import java.io.Serializable;

/**
 * An image that may be stored, and where its bytes are.
 *
 * @param name file name in the source
 * @param file file that holds it, the same string for all of an archive
 * @param offset of its first byte in that file
 * @param bytes its size
 * @param width in pixels
 * @param height in pixels
 * @param label class label, or {@link io.dcd.data.source.ImageUnit#UNKNOWN_LABEL} until the ground truth has been looked up
 */
record CheckedImage(String name, String file, long offset, int bytes, int width, int height, int label)
        implements Serializable {
    CheckedImage withLabel(int value) {
        return new CheckedImage(name, file, offset, bytes, width, height, value);
    }
}
