package io.dcd.data.image;

import java.io.Serializable;

/**
 * What an image may cost, checked from its length and header before any decoder sees it.
 *
 * @param bytes largest encoded size
 * @param pixels largest width × height
 */
public record ImageLimits(int bytes, long pixels) implements Serializable {
    /**
     * 64 MiB and 100 million pixels (300 MB once decoded): several times the largest image of ImageNet, and small enough for one
     * decoder in each of an executor's threads.
     */
    public static final ImageLimits DEFAULT = new ImageLimits(64 << 20, 100_000_000L);

    /** For images that have been checked before. */
    public static final ImageLimits NONE = new ImageLimits(Integer.MAX_VALUE, Long.MAX_VALUE);

    public ImageLimits {
        if (bytes < 1 || pixels < 1) {
            throw new IllegalArgumentException(
                    "image limits must be positive: " + bytes + " bytes, " + pixels + " pixels");
        }
    }
}
