package io.dcd.engine.backend.onednn.vector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of batch normalisation over the values of a slice, channels innermost, in vectors of the processor's width.
 * A row of channels seldom is a whole number of vectors; a period, the least common multiple, is, and what belongs to a
 * channel is repeated over it. Buffers hold at least the slice's values; an instance is used by one thread.
 */
public final class ChannelVectors {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int BYTES = Float.BYTES;
    /** Values that the sums of several lanes go over in turn; 8 KiB lie in every first-level cache. */
    private static final int TILE = 2048;
    /**
     * Values that a lane sums up in float before its sum goes to one in double: where all round to the same side, as equal
     * ones do, they lose at most so many times 6e-8.
     */
    private static final int MOST_ADDENDS = 1024;

    private final int channels;
    private final int values;
    private final int period;
    private final int whole;
    private final int chunk;
    private final float[] firstLanes;
    private final float[] secondLanes;

    /**
     * @param channels of each row
     * @param values in the slice, a multiple of {@code channels}
     */
    public ChannelVectors(int channels, int values) {
        this.channels = channels;
        this.values = values;
        this.period = channels / greatestCommonDivisor(channels, LANES) * LANES;
        this.whole = values / period * period;
        this.chunk = MOST_ADDENDS * period;
        this.firstLanes = new float[period];
        this.secondLanes = new float[period];
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    /** The number of values of each channel. */
    public int rows() {
        return values / channels;
    }

    /** A new array for one value of each channel, repeated over a period. */
    public float[] repeated() {
        return new float[period];
    }

    /** Fills {@code repeated} from one value for each channel. */
    public void repeat(float[] perChannel, float[] repeated) {
        for (int i = 0; i < period; i += channels) {
            System.arraycopy(perChannel, 0, repeated, i, channels);
        }
    }

    /** Sets {@code sums} to Σ (x − pivot) and {@code squares} to Σ (x − pivot)² of each channel. */
    public void moments(ByteBuffer x, float[] pivots, double[] sums, double[] squares) {
        clear(sums, squares);
        int tile = Math.max(1, TILE / period) * period;
        for (int from = 0; from < whole; from += chunk) {
            int to = Math.min(whole, from + chunk);
            for (int begin = from; begin < to; begin += tile) {
                int end = Math.min(to, begin + tile);
                for (int lane = 0; lane < period; lane += LANES) {
                    addMoments(x, begin + lane, end, lane, pivots);
                }
            }
            foldLanes(sums, squares);
        }
        for (int i = whole; i < values; i++) {
            int c = i % channels;
            double deviation = x.getFloat(i * BYTES) - pivots[c];
            sums[c] += deviation;
            squares[c] += deviation * deviation;
        }
    }

    private void addMoments(ByteBuffer x, int begin, int end, int lane, float[] pivots) {
        FloatVector pivot = FloatVector.fromArray(SPECIES, pivots, lane);
        FloatVector sum = FloatVector.zero(SPECIES);
        FloatVector square = sum;
        for (int i = begin; i < end; i += period) {
            FloatVector deviation =
                    FloatVector.fromByteBuffer(SPECIES, x, i * BYTES, ORDER).sub(pivot);
            sum = sum.add(deviation);
            square = deviation.fma(deviation, square);
        }
        // Sums of sums: the fewer numbers one after another, the less is lost.
        sum.add(FloatVector.fromArray(SPECIES, firstLanes, lane)).intoArray(firstLanes, lane);
        square.add(FloatVector.fromArray(SPECIES, secondLanes, lane)).intoArray(secondLanes, lane);
    }

    /** y = min(max(factor·(x − mean) + constant, low), high). */
    public void clippedMap(
            ByteBuffer x, float[] means, float[] factors, float[] constants, float low, float high, ByteBuffer y) {
        for (int begin = 0; begin < whole; begin += period) {
            for (int lane = 0; lane < period; lane += LANES) {
                int at = (begin + lane) * BYTES;
                FloatVector.fromByteBuffer(SPECIES, x, at, ORDER)
                        .sub(FloatVector.fromArray(SPECIES, means, lane))
                        .fma(
                                FloatVector.fromArray(SPECIES, factors, lane),
                                FloatVector.fromArray(SPECIES, constants, lane))
                        .max(low)
                        .min(high)
                        .intoByteBuffer(y, at, ORDER);
            }
        }
        for (int i = whole; i < values; i++) {
            int c = i % channels;
            float value = Math.fma(x.getFloat(i * BYTES) - means[c], factors[c], constants[c]);
            y.putFloat(i * BYTES, Math.min(Math.max(value, low), high));
        }
    }

    /**
     * Puts dz = slope·dy where 0 &lt; y &lt; high, else 0, in the place of dy, and sets {@code sums} to Σ dz and {@code
     * products} to Σ dz·(x − mean) of each channel.
     *
     * @param y not negative
     */
    public void maskedGradientSums(
            ByteBuffer x,
            ByteBuffer y,
            ByteBuffer dy,
            float[] means,
            float slope,
            float high,
            double[] sums,
            double[] products) {
        clear(sums, products);
        // Floats that are not negative are ordered as their bits are; integer arithmetic masks a vector in a few
        // instructions, Java 17's masks take many.
        IntVector limit = FloatVector.broadcast(SPECIES, high).reinterpretAsInts();
        FloatVector slopes = FloatVector.broadcast(SPECIES, slope);
        for (int from = 0; from < whole; from += chunk) {
            int to = Math.min(whole, from + chunk);
            for (int begin = from; begin < to; begin += period) {
                for (int lane = 0; lane < period; lane += LANES) {
                    int at = (begin + lane) * BYTES;
                    IntVector bits =
                            FloatVector.fromByteBuffer(SPECIES, y, at, ORDER).reinterpretAsInts();
                    IntVector inside = bits.neg().and(bits.sub(limit)).lanewise(VectorOperators.ASHR, Integer.SIZE - 1);
                    FloatVector dz = FloatVector.fromByteBuffer(SPECIES, dy, at, ORDER)
                            .mul(slopes)
                            .reinterpretAsInts()
                            .and(inside)
                            .reinterpretAsFloats();
                    dz.intoByteBuffer(dy, at, ORDER);
                    addGradients(x, at, lane, means, dz);
                }
            }
            foldLanes(sums, products);
        }
        for (int i = whole; i < values; i++) {
            float value = y.getFloat(i * BYTES);
            float dz = value > 0 && value < high ? slope * dy.getFloat(i * BYTES) : 0;
            dy.putFloat(i * BYTES, dz);
            addGradient(x, i, means, dz, sums, products);
        }
    }

    /** Sets {@code sums} to Σ dz and {@code products} to Σ dz·(x − mean) of each channel. */
    public void gradientSums(ByteBuffer x, ByteBuffer dz, float[] means, double[] sums, double[] products) {
        clear(sums, products);
        for (int from = 0; from < whole; from += chunk) {
            int to = Math.min(whole, from + chunk);
            for (int begin = from; begin < to; begin += period) {
                for (int lane = 0; lane < period; lane += LANES) {
                    int at = (begin + lane) * BYTES;
                    addGradients(x, at, lane, means, FloatVector.fromByteBuffer(SPECIES, dz, at, ORDER));
                }
            }
            foldLanes(sums, products);
        }
        for (int i = whole; i < values; i++) {
            addGradient(x, i, means, dz.getFloat(i * BYTES), sums, products);
        }
    }

    private void addGradients(ByteBuffer x, int at, int lane, float[] means, FloatVector dz) {
        dz.add(FloatVector.fromArray(SPECIES, firstLanes, lane)).intoArray(firstLanes, lane);
        FloatVector.fromByteBuffer(SPECIES, x, at, ORDER)
                .sub(FloatVector.fromArray(SPECIES, means, lane))
                .fma(dz, FloatVector.fromArray(SPECIES, secondLanes, lane))
                .intoArray(secondLanes, lane);
    }

    private void addGradient(ByteBuffer x, int index, float[] means, float dz, double[] sums, double[] products) {
        int c = index % channels;
        sums[c] += dz;
        products[c] += (double) dz * (x.getFloat(index * BYTES) - means[c]);
    }

    /**
     * dx = a·(dz − g) + b·(x − mean), or adds that to dx; dx may be dz.
     *
     * @param g close to dz, which is why it is taken from it first
     * @param add whether to add
     */
    public void inputGradient(
            ByteBuffer x, ByteBuffer dz, float[] means, float[] a, float[] b, float[] g, boolean add, ByteBuffer dx) {
        for (int begin = 0; begin < whole; begin += period) {
            for (int lane = 0; lane < period; lane += LANES) {
                int at = (begin + lane) * BYTES;
                FloatVector sum = FloatVector.fromByteBuffer(SPECIES, dz, at, ORDER)
                        .sub(FloatVector.fromArray(SPECIES, g, lane))
                        .mul(FloatVector.fromArray(SPECIES, a, lane));
                if (add) {
                    sum = sum.add(FloatVector.fromByteBuffer(SPECIES, dx, at, ORDER));
                }
                FloatVector.fromByteBuffer(SPECIES, x, at, ORDER)
                        .sub(FloatVector.fromArray(SPECIES, means, lane))
                        .fma(FloatVector.fromArray(SPECIES, b, lane), sum)
                        .intoByteBuffer(dx, at, ORDER);
            }
        }
        for (int i = whole; i < values; i++) {
            int channel = i % channels;
            float deviation = x.getFloat(i * BYTES) - means[channel];
            float value = (dz.getFloat(i * BYTES) - g[channel]) * a[channel] + deviation * b[channel];
            dx.putFloat(i * BYTES, add ? dx.getFloat(i * BYTES) + value : value);
        }
    }

    private void clear(double[] first, double[] second) {
        Arrays.fill(first, 0);
        Arrays.fill(second, 0);
        Arrays.fill(firstLanes, 0);
        Arrays.fill(secondLanes, 0);
    }

    /** Adds to the sums of each channel what its lanes hold, and clears them. */
    private void foldLanes(double[] first, double[] second) {
        for (int begin = 0; begin < period; begin += channels) {
            for (int c = 0; c < channels; c++) {
                first[c] += firstLanes[begin + c];
                second[c] += secondLanes[begin + c];
            }
        }
        Arrays.fill(firstLanes, 0);
        Arrays.fill(secondLanes, 0);
    }
}
