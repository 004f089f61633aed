package io.dcd.report;

import java.util.List;
import java.util.stream.LongStream;

/** The range of a chart's axis, from {@code low} up to {@code high}, both finite. */
record Axis(double low, double high) {
    /** About so many ticks. */
    private static final int TICKS = 5;

    /** A narrower range, in parts of its values, is that of a constant: labels have six digits. */
    private static final double NARROWEST = 1e-5;

    /** Ranges below this are those of a constant too: doubles have few digits left there. */
    private static final double TINIEST = 1e-300;

    /** The part of a step by which rounding may move a tick out of the range. */
    private static final double TOLERANCE = 1e-6;

    /** The range that shows values from {@code low} to {@code high}; these in its middle where they are alike. */
    static Axis covering(double low, double high) {
        double largest = Math.max(Math.abs(low), Math.abs(high));
        if (high - low > Math.max(largest * NARROWEST, TINIEST)) {
            return new Axis(low, high);
        }
        double middle = low / 2 + high / 2;
        double margin = largest < TINIEST ? 1 : largest / 2;
        return new Axis(Math.max(middle - margin, -Double.MAX_VALUE), Math.min(middle + margin, Double.MAX_VALUE));
    }

    /** Where {@code value} lies: 0 at the low end, 1 at the high one. */
    double part(double value) {
        // Halved, so that not even the largest doubles overflow.
        return (value / 2 - low / 2) / (high / 2 - low / 2);
    }

    /** Round numbers within the range, in ascending order. */
    List<Double> ticks() {
        double step = step();
        long first = (long) Math.ceil(low / step - TOLERANCE);
        long last = (long) Math.floor(high / step + TOLERANCE);
        return LongStream.rangeClosed(first, last)
                .mapToObj(multiple -> multiple * step)
                .toList();
    }

    /** 1, 2 or 5 times a power of ten. */
    private double step() {
        double raw = high / TICKS - low / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double leading = raw / power;
        return power * (leading < 1.5 ? 1 : leading < 3.5 ? 2 : leading < 7.5 ? 5 : 10);
    }
}
