package io.dcd.data;

/**
 * Random numbers that are a pure function of a seed and some counters, so that what happens to a sample does not depend on which
 * machine, thread or attempt handles it.
 *
 * <p>Construction: {@code key = mix(seed)}, then for every counter {@code key = mix(key + γ·(counter + 1))}; the n-th number
 * ({@code n ≥ 1}) is {@code mix(key + γ·n)}. Here {@code mix} is the 64-bit finaliser of SplitMix64 (Steele, Lea, Flood: Fast
 * splittable pseudorandom number generators, OOPSLA 2014; constants of Stafford's variant 13) and {@code γ} the odd number nearest
 * 2⁶⁴/φ. For given counters this is therefore exactly SplitMix64 started at {@code key}.
 *
 * <p>An instance is used by one thread.
 */
public final class CounterRandom {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final double DOUBLE_UNIT = 0x1.0p-53;

    private long state;

    private CounterRandom(long key) {
        this.state = key;
    }

    /** The generator that belongs to {@code seed} and {@code counters}; their order matters. */
    public static CounterRandom of(long seed, long... counters) {
        long key = mix(seed);
        for (long counter : counters) {
            key = mix(key + GOLDEN_GAMMA * (counter + 1));
        }
        return new CounterRandom(key);
    }

    /** SplitMix64 with this very state: the specification that {@link #of} builds on. */
    static CounterRandom splitMix(long state) {
        return new CounterRandom(state);
    }

    /** Uniform over all 64-bit values. */
    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** Uniform in [0, 1), a multiple of 2⁻⁵³. */
    public double nextDouble() {
        return (nextLong() >>> 11) * DOUBLE_UNIT;
    }

    /** Uniform in [low, high). */
    public double nextDouble(double low, double high) {
        return low + (high - low) * nextDouble();
    }

    /** Uniform in 0 … bound − 1, without bias (values beyond the last whole multiple of the bound are drawn again). */
    public int nextInt(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound must be positive: " + bound);
        }
        long limit = Long.MAX_VALUE - Long.MAX_VALUE % bound;
        long value;
        do {
            value = nextLong() >>> 1;
        } while (value >= limit);
        return (int) (value % bound);
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
