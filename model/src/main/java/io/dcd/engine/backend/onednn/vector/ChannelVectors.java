package io.dcd.engine.backend.onednn.vector;

import java.nio.FloatBuffer;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of batch normalisation over the values of a slice, channels innermost, in vectors of the processor's width.
 * Values are taken tile by tile into Java's arrays, where a vector costs a few cycles: a load from memory outside, or a
 * store to it, costs fifteen. A tile is {@value #STRIPES} stripes of whole vectors and whole rows of channels, so that
 * what belongs to a channel lies repeated over a stripe. The last tile is filled up with values that change no sum.
 * Buffers hold at least the slice's values; an instance is used by one thread.
 */
public final class ChannelVectors {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    /** So many values of a channel are summed up in registers before the sum goes to memory. */
    private static final int STRIPES = 4;
    /** Three tiles and the values of channels, at most eight stripes of floats, lie in a first-level cache of 32 KiB. */
    private static final int LEAST_STRIPE = 192;
    /**
     * Values that a lane sums up in float before its sum goes to one in double: where all round to the same side, as equal
     * ones do, they lose at most so many times 6e-8.
     */
    private static final int MOST_ADDENDS = 1024;

    private final int channels;
    private final int values;
    private final int stripe;
    private final int tile;
    private final float[] firstLanes;
    private final float[] secondLanes;
    private final float[] x;
    private final float[] y;
    private final float[] gradient;

    /**
     * @param channels of each row
     * @param values in the slice, a multiple of {@code channels}
     */
    public ChannelVectors(int channels, int values) {
        this.channels = channels;
        this.values = values;
        int period = channels / greatestCommonDivisor(channels, LANES) * LANES;
        this.stripe = (LEAST_STRIPE + period - 1) / period * period;
        this.tile = STRIPES * stripe;
        this.firstLanes = new float[stripe];
        this.secondLanes = new float[stripe];
        this.x = new float[tile];
        this.y = new float[tile];
        this.gradient = new float[tile];
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    /** The number of values of each channel. */
    public int rows() {
        return values / channels;
    }

    /** A new array for one value of each channel, repeated over a stripe. */
    public float[] repeated() {
        return new float[stripe];
    }

    /** Fills {@code repeated} from one value for each channel. */
    public void repeat(float[] perChannel, float[] repeated) {
        for (int i = 0; i < stripe; i += channels) {
            System.arraycopy(perChannel, 0, repeated, i, channels);
        }
    }

    /** Sets {@code sums} to Σ (x − pivot) and {@code squares} to Σ (x − pivot)² of each channel. */
    public void moments(FloatBuffer source, float[] pivots, double[] sums, double[] squares) {
        clear(sums, squares);
        int addends = 0;
        for (int begin = 0; begin < values; begin += tile) {
            read(source, begin, x, pivots);
            addMoments(pivots);
            addends = foldLanes(addends, sums, squares);
        }
        foldLanes(sums, squares);
    }

    private void addMoments(float[] pivots) {
        for (int lane = 0; lane < stripe; lane += LANES) {
            FloatVector pivot = load(pivots, lane);
            FloatVector sum = load(firstLanes, lane);
            FloatVector square = load(secondLanes, lane);
            for (int s = 0, i = lane; s < STRIPES; s++, i += stripe) {
                FloatVector deviation = load(x, i).sub(pivot);
                sum = sum.add(deviation);
                square = deviation.fma(deviation, square);
            }
            sum.intoArray(firstLanes, lane);
            square.intoArray(secondLanes, lane);
        }
    }

    /** y = min(max(factor·(x − mean) + constant, low), high). */
    public void clippedMap(
            FloatBuffer source,
            float[] means,
            float[] factors,
            float[] constants,
            float low,
            float high,
            FloatBuffer target) {
        FloatVector lowest = FloatVector.broadcast(SPECIES, low);
        FloatVector highest = FloatVector.broadcast(SPECIES, high);
        for (int begin = 0; begin < values; begin += tile) {
            read(source, begin, x, means);
            for (int lane = 0; lane < stripe; lane += LANES) {
                FloatVector mean = load(means, lane);
                FloatVector factor = load(factors, lane);
                FloatVector constant = load(constants, lane);
                for (int s = 0, i = lane; s < STRIPES; s++, i += stripe) {
                    FloatVector value = load(x, i).sub(mean).fma(factor, constant);
                    // Two comparisons: the maximum and minimum of Java order zeros by sign and take three times as
                    // many.
                    FloatVector raised = value.blend(lowest, value.compare(VectorOperators.LT, lowest));
                    raised.blend(highest, raised.compare(VectorOperators.GT, highest))
                            .intoArray(y, i);
                }
            }
            write(y, target, begin);
        }
    }

    /**
     * Puts dz = slope·dy where 0 &lt; y &lt; high, else 0, in the place of dy, and sets {@code sums} to Σ dz and {@code
     * products} to Σ dz·(x − mean) of each channel.
     *
     * @param outputs y, not negative
     */
    public void maskedGradientSums(
            FloatBuffer source,
            FloatBuffer outputs,
            FloatBuffer dy,
            float[] means,
            float slope,
            float high,
            double[] sums,
            double[] products) {
        clear(sums, products);
        int addends = 0;
        for (int begin = 0; begin < values; begin += tile) {
            read(outputs, begin, y);
            read(dy, begin, gradient);
            ClipVectors.mask(y, slope, high, gradient);
            write(gradient, dy, begin);
            read(source, begin, x, means);
            addGradients(means);
            addends = foldLanes(addends, sums, products);
        }
        foldLanes(sums, products);
    }

    /** Sets {@code sums} to Σ dz and {@code products} to Σ dz·(x − mean) of each channel. */
    public void gradientSums(FloatBuffer source, FloatBuffer dz, float[] means, double[] sums, double[] products) {
        clear(sums, products);
        int addends = 0;
        for (int begin = 0; begin < values; begin += tile) {
            read(source, begin, x, means);
            read(dz, begin, gradient);
            addGradients(means);
            addends = foldLanes(addends, sums, products);
        }
        foldLanes(sums, products);
    }

    private void addGradients(float[] means) {
        for (int lane = 0; lane < stripe; lane += LANES) {
            FloatVector mean = load(means, lane);
            FloatVector sum = load(firstLanes, lane);
            FloatVector product = load(secondLanes, lane);
            for (int s = 0, i = lane; s < STRIPES; s++, i += stripe) {
                FloatVector dz = load(gradient, i);
                sum = sum.add(dz);
                product = load(x, i).sub(mean).fma(dz, product);
            }
            sum.intoArray(firstLanes, lane);
            product.intoArray(secondLanes, lane);
        }
    }

    /**
     * dx = a·(dz − g) + b·(x − mean), or adds that to dx; dx may be dz.
     *
     * @param g close to dz, which is why it is taken from it first
     * @param add whether to add
     */
    public void inputGradient(
            FloatBuffer source,
            FloatBuffer dz,
            float[] means,
            float[] a,
            float[] b,
            float[] g,
            boolean add,
            FloatBuffer dx) {
        for (int begin = 0; begin < values; begin += tile) {
            read(source, begin, x, means);
            read(dz, begin, gradient);
            if (add) {
                read(dx, begin, y);
            }
            for (int lane = 0; lane < stripe; lane += LANES) {
                FloatVector mean = load(means, lane);
                FloatVector valueFactor = load(a, lane);
                FloatVector deviationFactor = load(b, lane);
                FloatVector gradientMean = load(g, lane);
                for (int s = 0, i = lane; s < STRIPES; s++, i += stripe) {
                    FloatVector sum = load(gradient, i).sub(gradientMean).mul(valueFactor);
                    if (add) {
                        sum = sum.add(load(y, i));
                    }
                    load(x, i).sub(mean).fma(deviationFactor, sum).intoArray(gradient, i);
                }
            }
            write(gradient, dx, begin);
        }
    }

    private static FloatVector load(float[] array, int index) {
        return FloatVector.fromArray(SPECIES, array, index);
    }

    /** Takes a tile; what is missing at the end becomes 0. */
    private void read(FloatBuffer source, int begin, float[] target) {
        int count = Math.min(tile, values - begin);
        source.get(begin, target, 0, count);
        if (count < tile) {
            Arrays.fill(target, count, tile, 0);
        }
    }

    /** Takes a tile; what is missing at the end becomes the channel's value in {@code level}. */
    private void read(FloatBuffer source, int begin, float[] target, float[] level) {
        int count = Math.min(tile, values - begin);
        source.get(begin, target, 0, count);
        for (int i = count; i < tile; i++) {
            target[i] = level[i % stripe];
        }
    }

    private void write(float[] source, FloatBuffer target, int begin) {
        target.put(begin, source, 0, Math.min(tile, values - begin));
    }

    private void clear(double[] first, double[] second) {
        Arrays.fill(first, 0);
        Arrays.fill(second, 0);
    }

    /** Adds the lanes to the sums of their channels once they may hold no more; the number of values they hold now. */
    private int foldLanes(int addends, double[] first, double[] second) {
        if (addends + 2 * STRIPES <= MOST_ADDENDS) {
            return addends + STRIPES;
        }
        foldLanes(first, second);
        return 0;
    }

    /** Adds to the sums of each channel what its lanes hold, and clears them. */
    private void foldLanes(double[] first, double[] second) {
        for (int begin = 0; begin < stripe; begin += channels) {
            for (int c = 0; c < channels; c++) {
                first[c] += firstLanes[begin + c];
                second[c] += secondLanes[begin + c];
            }
        }
        Arrays.fill(firstLanes, 0);
        Arrays.fill(secondLanes, 0);
    }
}
