package io.dcd.data.image;

import java.io.Serializable;

/**
 * How much training changes an image beyond flipping it.
 *
 * @param smallestArea the smallest share of the image's area that a random crop may have
 * @param brightness b: the brightness factor is uniform in max(0, 1 − b) … 1 + b
 * @param contrast alike
 * @param saturation alike
 */
public record Augmentation(double smallestArea, double brightness, double contrast, double saturation)
        implements Serializable {
    /** The published recipes: crops of 8 to 100 % of the area, colours as they are. */
    public static final Augmentation PUBLISHED = new Augmentation(0.08, 0, 0, 0);

    public Augmentation {
        if (!(smallestArea > 0 && smallestArea <= 1)) {
            throw new IllegalArgumentException("the smallest area must lie in 0 < a ≤ 1, got " + smallestArea);
        }
        if (!(brightness >= 0 && contrast >= 0 && saturation >= 0)) {
            throw new IllegalArgumentException(
                    "no strength may be negative, got brightness %s, contrast %s, saturation %s"
                            .formatted(brightness, contrast, saturation));
        }
    }

    /** Whether colours change at all. */
    boolean changesColours() {
        return brightness > 0 || contrast > 0 || saturation > 0;
    }
}
