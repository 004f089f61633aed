package io.dcd.engine.backend.onednn.vector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over the map of one sample, channels innermost, with a factor for each channel of the sample, in vectors of the
 * processor's width. Rows are taken several at a time, as many as make whole vectors, and factors repeated over them. An
 * instance is used by one thread.
 */
public final class SampleVectors {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int BYTES = Float.BYTES;
    /** Shorter inner loops cost more than they do. */
    private static final int LEAST_PERIOD = 8 * LANES;

    private final int channels;
    private final int values;
    private final int period;
    private final int whole;
    private final float[] factors;
    private final float[] sums;
    private final float[] row;

    /** Loops over maps of {@code positions} × {@code channels}. */
    public SampleVectors(int channels, int positions) {
        this.channels = channels;
        this.values = channels * positions;
        int vectors = LANES / Integer.lowestOneBit(channels | LANES) * channels; // the least common multiple
        this.period = (LEAST_PERIOD + vectors - 1) / vectors * vectors;
        this.whole = values / period * period;
        this.factors = new float[period];
        this.sums = new float[period];
        this.row = new float[channels];
    }

    /** Takes the factors of a sample, the first {@code channels} of each sample in {@code source}. */
    public void readFactors(FloatBuffer source, int sample) {
        source.get(sample * channels, factors, 0, channels);
        for (int i = channels; i < period; i += channels) {
            System.arraycopy(factors, 0, factors, i, channels);
        }
    }

    /** y = f·x + b. */
    public void scaledSum(int sample, ByteBuffer x, ByteBuffer b, ByteBuffer y) {
        int first = sample * values;
        for (int begin = 0; begin < whole; begin += period) {
            for (int lane = 0; lane < period; lane += LANES) {
                int at = (first + begin + lane) * BYTES;
                load(x, at)
                        .fma(FloatVector.fromArray(SPECIES, factors, lane), load(b, at))
                        .intoByteBuffer(y, at, ORDER);
            }
        }
        for (int i = whole; i < values; i++) {
            int at = (first + i) * BYTES;
            y.putFloat(at, Math.fma(x.getFloat(at), factors[i % channels], b.getFloat(at)));
        }
    }

    /**
     * dx = f·dy, or adds that to dx, and keeps the sums of dy·x.
     *
     * @param adds whether to add
     */
    public void gradient(int sample, ByteBuffer x, ByteBuffer dy, boolean adds, ByteBuffer dx) {
        Arrays.fill(sums, 0);
        int first = sample * values;
        for (int begin = 0; begin < whole; begin += period) {
            for (int lane = 0; lane < period; lane += LANES) {
                int at = (first + begin + lane) * BYTES;
                FloatVector gradient = load(dy, at);
                load(x, at)
                        .fma(gradient, FloatVector.fromArray(SPECIES, sums, lane))
                        .intoArray(sums, lane);
                FloatVector share = gradient.mul(FloatVector.fromArray(SPECIES, factors, lane));
                (adds ? share.add(load(dx, at)) : share).intoByteBuffer(dx, at, ORDER);
            }
        }
        for (int i = whole; i < values; i++) {
            int at = (first + i) * BYTES;
            float gradient = dy.getFloat(at);
            sums[i % channels] += x.getFloat(at) * gradient;
            float share = gradient * factors[i % channels];
            dx.putFloat(at, adds ? share + dx.getFloat(at) : share);
        }
    }

    /** Keeps the sums of dy·x. */
    public void sumProducts(int sample, ByteBuffer x, ByteBuffer dy) {
        Arrays.fill(sums, 0);
        int first = sample * values;
        for (int begin = 0; begin < whole; begin += period) {
            for (int lane = 0; lane < period; lane += LANES) {
                int at = (first + begin + lane) * BYTES;
                load(x, at)
                        .fma(load(dy, at), FloatVector.fromArray(SPECIES, sums, lane))
                        .intoArray(sums, lane);
            }
        }
        for (int i = whole; i < values; i++) {
            int at = (first + i) * BYTES;
            sums[i % channels] += x.getFloat(at) * dy.getFloat(at);
        }
    }

    /** db = dy, or adds that to db. */
    public void passOn(int sample, ByteBuffer dy, boolean adds, ByteBuffer db) {
        int first = sample * values;
        if (!adds) {
            db.put(first * BYTES, dy, first * BYTES, values * BYTES);
            return;
        }
        int vectors = values / LANES * LANES;
        for (int i = 0; i < vectors; i += LANES) {
            int at = (first + i) * BYTES;
            load(db, at).add(load(dy, at)).intoByteBuffer(db, at, ORDER);
        }
        for (int i = vectors; i < values; i++) {
            int at = (first + i) * BYTES;
            db.putFloat(at, db.getFloat(at) + dy.getFloat(at));
        }
    }

    /** Writes the sums of dy·x over the positions to the sample's place in {@code target}, or adds them to it. */
    public void writeSums(int sample, boolean adds, FloatBuffer target) {
        for (int i = channels; i < period; i++) {
            sums[i % channels] += sums[i];
        }
        if (adds) {
            target.get(sample * channels, row);
            for (int c = 0; c < channels; c++) {
                sums[c] += row[c];
            }
        }
        target.put(sample * channels, sums, 0, channels);
    }

    private static FloatVector load(ByteBuffer source, int at) {
        return FloatVector.fromByteBuffer(SPECIES, source, at, ORDER);
    }
}
