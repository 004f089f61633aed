package io.dcd.data.prepare;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.io.Serializable;

/**
 * An image that may be stored, and where its bytes are.
 *
 * @param unit number of the unit that holds it
 * @param name file name in the source
 * @param offset of its first byte in the unit's file
 * @param bytes its size
 * @param width in pixels
 * @param height in pixels
 * @param odd whether it is no common JPEG (CMYK, PNG) and has to be made one
 * @param label class label, or {@link io.dcd.data.source.ImageUnit#UNKNOWN_LABEL} until the ground truth has been looked up
 */
@JsonFormat(shape = JsonFormat.Shape.ARRAY)
record CheckedImage(int unit, String name, long offset, int bytes, int width, int height, boolean odd, int label)
        implements Serializable {
    CheckedImage withLabel(int value) {
        return new CheckedImage(unit, name, offset, bytes, width, height, odd, value);
    }
}
