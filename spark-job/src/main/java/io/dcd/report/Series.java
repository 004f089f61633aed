package io.dcd.report;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A curve.
 *
 * @param name what the legend calls it
 * @param x positions, ascending
 * @param y values, as many
 */
@SuppressWarnings("ArrayRecordComponent") // drawn, never compared
record Series(String name, double[] x, double[] y) {
    /** The points that can be drawn: a run that diverges notes readings that are not finite. */
    Series finite() {
        int[] kept = IntStream.range(0, x.length)
                .filter(i -> Double.isFinite(x[i]) && Double.isFinite(y[i]))
                .toArray();
        return new Series(
                name,
                Arrays.stream(kept).mapToDouble(i -> x[i]).toArray(),
                Arrays.stream(kept).mapToDouble(i -> y[i]).toArray());
    }
}
