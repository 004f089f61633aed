package io.dcd.engine.graph;

import java.util.List;

/**
 * A slice of a network's flat parameter vector, row-major in {@code shape}.
 *
 * @param layer the name of the layer that owns it
 * @param key its key in that layer, {@code W} or {@code gamma}
 * @param offset where it begins in the flat vector
 * @param shape its extents, outermost first
 * @param kind whether training changes it by gradient or as a running statistic
 */
public record Parameter(String layer, String key, long offset, List<Integer> shape, Kind kind) {
    /** How training changes a parameter. */
    public enum Kind {
        /** A matrix or kernel that a gradient moves. */
        WEIGHT,
        /** A bias, or the scale or shift of a normalisation, that a gradient moves; recipes may spare it from weight decay. */
        BIAS_OR_NORMALIZATION,
        /** A running mean or variance: no gradient. */
        STATISTIC;

        /** Whether a gradient moves parameters of this kind. */
        public boolean trainable() {
            return this != STATISTIC;
        }
    }

    public Parameter {
        shape = List.copyOf(shape);
        long elements = 1;
        for (int extent : shape) {
            elements *= extent;
            if (extent < 1 || elements > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("%s.%s: extents %s are not those of 1 to %d values"
                        .formatted(layer, key, shape, Integer.MAX_VALUE));
            }
        }
    }

    /** The number of values. */
    public int elements() {
        return shape.stream().reduce(1, (a, b) -> a * b);
    }

    /** The name under which reports and exchange formats know it: layer and key. */
    public String name() {
        return layer + "." + key;
    }
}
