package io.dcd.engine.graph;

/**
 * The extent of one sample of a {@link Tensor}: {@code height × width} positions of {@code channels} values, channels
 * innermost (NHWC). A vector is {@code 1 × 1 × channels}.
 */
public record Shape(int height, int width, int channels) {
    public Shape {
        if (height < 1 || width < 1 || channels < 1) {
            throw new IllegalArgumentException(
                    "every extent must be at least 1, got %d × %d × %d".formatted(height, width, channels));
        }
        long positions = (long) height * width;
        if (positions > Integer.MAX_VALUE || positions * channels > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "%d × %d × %d values are more than one sample can have".formatted(height, width, channels));
        }
    }

    /** The shape of a plain vector of {@code channels} values. */
    public static Shape vector(int channels) {
        return new Shape(1, 1, channels);
    }

    /** The number of positions, {@code height · width}. */
    public int positions() {
        return height * width;
    }

    /** The position in the middle of the map. */
    public int centre() {
        return height / 2 * width + width / 2;
    }

    /** The number of values, {@code height · width · channels}. */
    public int elements() {
        return height * width * channels;
    }

    @Override
    public String toString() {
        return height + "×" + width + "×" + channels;
    }
}
