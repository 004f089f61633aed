package io.dcd.engine.backend.onednn;

import java.util.Arrays;

/**
 * Mean and sum of squared deviations of each channel, gathered part by part in double precision: of parts with n and m
 * values, δ the difference of their means, M = M₁ + M₂ + δ²·nm/(n+m) (Chan, Golub, LeVeque 1983).
 */
final class Moments {
    private final double[] means;
    private final double[] squares;
    private long count;

    Moments(int channels) {
        means = new double[channels];
        squares = new double[channels];
    }

    /**
     * Adds {@code values} values of each channel.
     *
     * @param partMeans their means
     * @param partSquares their sums of squared deviations from these means
     */
    void add(long values, double[] partMeans, double[] partSquares) {
        long total = count + values;
        for (int c = 0; c < means.length; c++) {
            double difference = partMeans[c] - means[c];
            means[c] += difference * values / total;
            squares[c] += partSquares[c] + difference * difference * count * values / total;
        }
        count = total;
    }

    void add(Moments part) {
        add(part.count, part.means, part.squares);
    }

    /** Forgets everything. */
    void clear() {
        count = 0;
        Arrays.fill(means, 0);
        Arrays.fill(squares, 0);
    }

    double mean(int channel) {
        return means[channel];
    }

    /** The sum of squared deviations from the mean. */
    double squares(int channel) {
        return squares[channel];
    }
}
