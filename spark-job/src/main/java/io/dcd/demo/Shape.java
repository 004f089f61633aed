package io.dcd.demo;

/** The outline of an object about as large as the unit circle, as a signed distance: negative inside. */
@FunctionalInterface
interface Shape {
    /** Signed distance to the outline, in the shape's own unit; near the outline only its sign and slope matter. */
    double distance(double x, double y);

    static double ball(double x, double y) {
        return Math.hypot(x, y) - 0.85;
    }

    static double ring(double x, double y) {
        return Math.abs(Math.hypot(x, y) - 0.68) - 0.22;
    }

    static double star(double x, double y) {
        double sector = 2 * Math.PI / 5;
        double angle = Math.atan2(y, x);
        double folded = Math.abs(angle - sector * Math.rint(angle / sector));
        double radius = Math.hypot(x, y);
        // The edge runs from the tip at radius 1 and angle 0 to the notch at radius 0.42 and angle π/5.
        double px = radius * Math.cos(folded) - 1;
        double py = radius * Math.sin(folded);
        double ex = 0.42 * Math.cos(sector / 2) - 1;
        double ey = 0.42 * Math.sin(sector / 2);
        return (px * -ey + py * ex) / -Math.hypot(ex, ey);
    }

    static double box(double x, double y) {
        double dx = Math.abs(x) - 0.62;
        double dy = Math.abs(y) - 0.62;
        return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - 0.06;
    }

    static double cross(double x, double y) {
        double longer = Math.max(Math.abs(x), Math.abs(y));
        double shorter = Math.min(Math.abs(x), Math.abs(y));
        return Math.max(longer - 0.9, shorter - 0.26);
    }
}
