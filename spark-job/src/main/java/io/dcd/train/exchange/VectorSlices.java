package io.dcd.train.exchange;

import java.io.Serializable;
import java.util.Arrays;

/**
 * A flat vector cut into slices, whose means are formed apart from each other.
 *
 * @param elements the length of the vector
 * @param count the number of slices
 * @param tracked the elements whose variance among the workers is wanted, in order
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record VectorSlices(int elements, int count, int[] tracked) implements Serializable {
    /** The first element of a slice; that of {@code count} is the end of the vector. */
    int begin(int slice) {
        return (int) ((long) elements * slice / count);
    }

    int elements(int slice) {
        return begin(slice + 1) - begin(slice);
    }

    /** The tracked elements in a slice, counted from its beginning. */
    int[] tracked(int slice) {
        int begin = begin(slice);
        int end = begin(slice + 1);
        return Arrays.stream(tracked)
                .filter(position -> position >= begin && position < end)
                .map(position -> position - begin)
                .toArray();
    }
}
