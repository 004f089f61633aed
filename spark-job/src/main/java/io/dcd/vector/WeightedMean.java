package io.dcd.vector;

import java.nio.FloatBuffer;

/**
 * The mean of vectors, weighted by numbers of samples, summed in double precision in the order in which they are added. The mean of one
 * vector is that vector, bit for bit: a float times a count below 2²⁹ is exact in double.
 */
public final class WeightedMean {
    private final double[] sum;
    private long weight;

    public WeightedMean(int elements) {
        sum = new double[elements];
    }

    /** Adds {@code values}, which stand for {@code samples} samples. */
    public void add(FloatBuffer values, long samples) {
        if (values.remaining() != sum.length || samples < 1) {
            throw new IllegalArgumentException("%d values for %d samples do not fit a mean of %d values"
                    .formatted(values.remaining(), samples, sum.length));
        }
        int offset = values.position();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += (double) values.get(offset + i) * samples;
        }
        weight += samples;
    }

    /** The mean of what was added. */
    public float[] mean() {
        if (weight == 0) {
            throw new IllegalStateException("nothing was added");
        }
        float[] mean = new float[sum.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sum[i] / weight);
        }
        return mean;
    }
}
