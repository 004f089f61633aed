package io.dcd.engine.plan;

/** Keys for counter-based randomness: the SplitMix64 finaliser (Steele, Lea, Flood 2014) chained over the coordinates. */
final class RandomKeys {
    private RandomKeys() {}

    /** The key of the operation that writes the tensor {@code output}, whose index survives a backend's rewriting. */
    static long key(long seed, long step, long output) {
        return mix(mix(mix(seed) ^ step) ^ output);
    }

    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
