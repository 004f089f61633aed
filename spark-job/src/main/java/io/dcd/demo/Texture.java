package io.dcd.demo;

/** The relief of an endless surface: what its photograph shows is this height, coloured and lit. */
@FunctionalInterface
interface Texture {
    /**
     * @param seed which of the endlessly many surfaces of this kind
     * @return height at a place, about 0 … 1; a feature of the surface is about one unit wide
     */
    double at(long seed, double x, double y);

    /** Courses of bricks, every other one shifted by half a brick, with mortar between. */
    static double bricks(long seed, double x, double y) {
        double course = Math.floor(y * 1.6);
        double along = x * 0.8 + 0.5 * (course % 2);
        double brick = Math.floor(along);
        double edge = Math.min(edgeDistance(along) / 0.8, edgeDistance(y * 1.6) / 1.6);
        double face = 0.6 + 0.4 * Noise.atCell(seed, (long) brick, (long) course);
        return Noise.step(0.02, 0.09, edge) * (face - 0.3 * Noise.fractal(seed, x * 5, y * 5));
    }

    /** Boards with long grain, rings around knots, and dark seams. */
    static double planks(long seed, double x, double y) {
        double board = Math.floor(y * 0.7);
        double knots = 2.5 * Noise.smooth(seed, x * 0.35 + 17 * board, y * 1.2);
        double grain =
                0.5 + 0.5 * Math.sin(14 * (y + 0.25 * knots) + 9 * Noise.fractal(seed, x * 0.5 + 31 * board, y * 2));
        double shade = 0.5 + 0.5 * Noise.atCell(seed, (long) board, 0);
        return Noise.step(0.01, 0.05, edgeDistance(y * 0.7)) * (0.35 + 0.65 * shade * grain);
    }

    /** Threads that cross over and under one another. */
    static double weave(long seed, double x, double y) {
        double column = Math.floor(x * 2);
        double row = Math.floor(y * 2);
        double across = x * 2 - column - 0.5;
        double along = y * 2 - row - 0.5;
        boolean over = ((long) column + (long) row) % 2 == 0;
        double bulge = over ? 1 - 3 * across * across - along * along : 1 - 3 * along * along - across * across;
        return 0.8 * Math.max(0, bulge) + 0.2 * Noise.smooth(seed, x * 9, y * 9);
    }

    /** Rounded stones side by side. */
    static double pebbles(long seed, double x, double y) {
        Noise.Distances distances = Noise.cells(seed, x * 1.4, y * 1.4);
        double edge = distances.second() - distances.nearest();
        return Noise.step(0, 0.35, edge) * (0.75 + 0.25 * Noise.fractal(seed, x * 3, y * 3));
    }

    /** Ripples of sand or water: crests in one direction that waver and fork. */
    static double ripples(long seed, double x, double y) {
        double waver = 2.6 * Noise.fractal(seed, x * 0.45, y * 0.45);
        double crest = Math.sin(5 * (y + waver));
        return 0.5 + 0.42 * crest * Math.abs(crest) + 0.08 * Noise.smooth(seed, x * 8, y * 8);
    }

    /** No structure of its own: clouds, plaster, out-of-focus distance. */
    static double haze(long seed, double x, double y) {
        return Noise.fractal(seed, x * 0.6, y * 0.6);
    }

    /** Distance of x to the nearest whole number, in [0, 0.5]. */
    private static double edgeDistance(double x) {
        return Math.abs(x - Math.rint(x));
    }
}
