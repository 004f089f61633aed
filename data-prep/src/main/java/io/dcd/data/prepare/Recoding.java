package io.dcd.data.prepare;

import java.io.Serializable;

/**
 * When an image is not stored as it came.
 *
 * @param shorterSide images whose shorter side is longer are shrunk to it; 0 keeps every size
 * @param quality of the JPEG files that are encoded anew, 1 to 100
 */
public record Recoding(int shorterSide, int quality) implements Serializable {
    /** Sizes are kept, and with them the original bytes of all but the odd images. */
    public static final Recoding DEFAULT = new Recoding(0, 90);

    public Recoding {
        if (shorterSide < 0 || quality < 1 || quality > 100) {
            throw new IllegalArgumentException("resize must not be negative and JPEG quality must lie in 1 … 100, got "
                    + shorterSide + " and " + quality);
        }
    }

    boolean shrinks(CheckedImage image) {
        return shorterSide > 0 && Math.min(image.width(), image.height()) > shorterSide;
    }

    /** What the image will take once stored, roughly: a JPEG grows with its pixels. */
    long estimatedBytes(CheckedImage image) {
        if (!shrinks(image)) {
            return image.bytes();
        }
        double scale = (double) shorterSide / Math.min(image.width(), image.height());
        return Math.max(1, Math.round(image.bytes() * scale * scale));
    }
}
