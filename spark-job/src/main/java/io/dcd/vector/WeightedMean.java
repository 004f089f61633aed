package io.dcd.vector;

import java.util.ArrayList;
import java.util.List;

/**
 * The mean of vectors, weighted by numbers of samples, summed in double precision in the order in which they are added. The mean of one
 * vector of floats is that vector, bit for bit: a float times a count below 2²⁹ is exact in double.
 */
public final class WeightedMean {
    private final double[] sum;
    private final int[] tracked;
    private final List<double[]> trackedValues = new ArrayList<>();
    private final List<Long> weights = new ArrayList<>();
    private long weight;

    public WeightedMean(int elements) {
        this(elements, new int[0]);
    }

    /** @param tracked the elements whose {@link #variances} will be asked for */
    public WeightedMean(int elements, int[] tracked) {
        this.sum = new double[elements];
        this.tracked = tracked.clone();
    }

    /** Adds {@code values}, which stand for {@code samples} samples. */
    public void add(double[] values, long samples) {
        if (values.length != sum.length || samples < 1) {
            throw new IllegalArgumentException("%d values for %d samples do not fit a mean of %d values"
                    .formatted(values.length, samples, sum.length));
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] += values[i] * samples;
        }
        double[] kept = new double[tracked.length];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = values[tracked[i]];
        }
        trackedValues.add(kept);
        weights.add(samples);
        weight += samples;
    }

    /** The mean of what was added. */
    public float[] mean() {
        requireAny();
        float[] mean = new float[sum.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sum[i] / weight);
        }
        return mean;
    }

    /** The weighted variances Σ n·(x − x̄)² / Σ n of the tracked elements; exactly 0 for one vector. */
    public double[] variances() {
        requireAny();
        double[] variances = new double[tracked.length];
        for (int i = 0; i < variances.length; i++) {
            double mean = sum[tracked[i]] / weight;
            double squares = 0;
            for (int vector = 0; vector < weights.size(); vector++) {
                double difference = trackedValues.get(vector)[i] - mean;
                squares += weights.get(vector) * difference * difference;
            }
            variances[i] = squares / weight;
        }
        return variances;
    }

    private void requireAny() {
        if (weight == 0) {
            throw new IllegalStateException("nothing was added");
        }
    }
}
