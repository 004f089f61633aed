package io.dcd.demo;

import io.dcd.data.CounterRandom;

/**
 * From a place in the picture (x to the right, y down, the shorter side from −1 to 1) to a place on a plane that is seen at a slant:
 * u = scale · (R·S·(p − centre)) / (1 + tilt · p), R a rotation, S a squeeze of one axis.
 */
record View(double scale, double sine, double cosine, double squeeze, double x, double y, double tiltX, double tiltY) {
    /** A wide surface, two to six features across. */
    static View ofSurface(CounterRandom random) {
        double units = random.nextDouble(1.2, 2.8);
        return random(random, units, random.nextDouble(0.75, 1.3), 1, 0.3);
    }

    /** A single thing of a size between a half and nine tenths of the picture, somewhere near its middle. */
    static View ofObject(CounterRandom random) {
        double size = random.nextDouble(0.5, 0.9);
        double reach = 1.05 - size;
        return random(random, 1 / size, random.nextDouble(1, 1.5), reach, 0.15);
    }

    private static View random(CounterRandom random, double scale, double squeeze, double reach, double tilt) {
        double angle = random.nextDouble(0, 2 * Math.PI);
        return new View(
                scale,
                Math.sin(angle),
                Math.cos(angle),
                squeeze,
                random.nextDouble(-reach, reach),
                random.nextDouble(-reach, reach),
                random.nextDouble(-tilt, tilt),
                random.nextDouble(-tilt, tilt));
    }

    double u(double px, double py) {
        return scale * (cosine * (px - x) + sine * (py - y)) / depth(px, py);
    }

    double v(double px, double py) {
        return scale * squeeze * (cosine * (py - y) - sine * (px - x)) / depth(px, py);
    }

    private double depth(double px, double py) {
        return 1 + tiltX * px + tiltY * py;
    }
}
