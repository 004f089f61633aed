package io.dcd.engine.backend;

/** Which values a dropout drops: the same in every backend. */
public final class DropoutMask {
    private DropoutMask() {}

    /**
     * Whether the value at {@code index} of the batch falls: a uniform number, hashed from the key and the index by the
     * SplitMix64 finaliser (Steele, Lea, Flood 2014), lies below {@code rate}.
     *
     * @param key of {@link KernelMemory#randomKey()}
     */
    public static boolean drops(long key, long index, double rate) {
        long z = key + (index + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        z ^= z >>> 31;
        return (z >>> 11) * 0x1.0p-53 < rate;
    }
}
