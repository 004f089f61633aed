package io.dcd.demo;

/** Smooth random fields over the plane, each a pure function of a seed and a place. */
final class Noise {
    private static final int OCTAVES = 4;

    private Noise() {}

    /** Value noise: random numbers on the integer grid, joined smoothly; in [0, 1]. */
    static double smooth(long seed, double x, double y) {
        long column = (long) Math.floor(x);
        long row = (long) Math.floor(y);
        double right = ease(x - column);
        double down = ease(y - row);
        double top = mix(right, atCell(seed, column, row), atCell(seed, column + 1, row));
        double bottom = mix(right, atCell(seed, column, row + 1), atCell(seed, column + 1, row + 1));
        return mix(down, top, bottom);
    }

    /** Four octaves of value noise, each of twice the frequency and half the height of the one before; in [0, 1]. */
    static double fractal(long seed, double x, double y) {
        double sum = 0;
        double height = 0.5;
        double frequency = 1;
        for (int octave = 0; octave < OCTAVES; octave++) {
            sum += height * smooth(seed + octave, x * frequency, y * frequency);
            height /= 2;
            frequency *= 2;
        }
        return sum / (1 - 2 * height);
    }

    /** Cellular noise: distances to the nearest and the second nearest of points strewn one a grid cell. */
    static Distances cells(long seed, double x, double y) {
        long column = (long) Math.floor(x);
        long row = (long) Math.floor(y);
        double nearest = Double.MAX_VALUE;
        double second = Double.MAX_VALUE;
        for (long c = column - 1; c <= column + 1; c++) {
            for (long r = row - 1; r <= row + 1; r++) {
                double distance = Math.hypot(c + atCell(seed, c, r) - x, r + atCell(~seed, c, r) - y);
                second = Math.min(second, Math.max(nearest, distance));
                nearest = Math.min(nearest, distance);
            }
        }
        return new Distances(nearest, second);
    }

    record Distances(double nearest, double second) {}

    /** A random number in [0, 1) for a cell of the integer grid, hashed by SplitMix64's finaliser. */
    static double atCell(long seed, long column, long row) {
        long z = seed + column * 0x9E3779B97F4A7C15L + row * 0xC2B2AE3D27D4EB4FL;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return ((z ^ (z >>> 31)) >>> 11) * 0x1.0p-53;
    }

    static double mix(double share, double first, double second) {
        return first + share * (second - first);
    }

    /** 0 below {@code low}, 1 above {@code high}, a smooth rise between. */
    static double step(double low, double high, double x) {
        return ease(Math.min(1, Math.max(0, (x - low) / (high - low))));
    }

    private static double ease(double t) {
        return t * t * (3 - 2 * t);
    }
}
