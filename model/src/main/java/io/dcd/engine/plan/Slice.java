package io.dcd.engine.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive samples of the batch.
 *
 * @param first the index of the first sample
 * @param samples how many
 */
record Slice(int first, int samples) {
    /** The whole batch. */
    static Slice all(int batch) {
        return new Slice(0, batch);
    }

    /** Cuts this slice into {@code parts} whose sizes differ by at most one. */
    List<Slice> divide(int parts) {
        List<Slice> slices = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            int from = (int) ((long) samples * i / parts);
            int to = (int) ((long) samples * (i + 1) / parts);
            if (to > from) {
                slices.add(new Slice(first + from, to - from));
            }
        }
        return slices;
    }

    /** Cuts this slice into the fewest parts of at most {@code most} samples. */
    List<Slice> divideIntoAtMost(int most) {
        return divide((samples + most - 1) / most);
    }
}
