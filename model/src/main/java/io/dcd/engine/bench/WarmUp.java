package io.dcd.engine.bench;

import java.time.Duration;

/**
 * What runs before a measurement, until both bounds are reached. The just-in-time compiler needs thousands of runs of a loop,
 * or seconds, for its best code: short steps many more than long ones.
 *
 * @param steps the least number of steps
 * @param time the least time
 */
public record WarmUp(int steps, Duration time) {
    /** After so long even steps of a millisecond hardly gain any more. */
    public static final WarmUp LONG_ENOUGH = new WarmUp(5, Duration.ofSeconds(5));

    /** Refuses a negative number. */
    public WarmUp {
        if (steps < 0) {
            throw new IllegalArgumentException("a warm-up of " + steps + " steps");
        }
    }

    /** Just so many steps, even none. */
    public static WarmUp of(int steps) {
        return new WarmUp(steps, Duration.ZERO);
    }

    void run(Runnable step) {
        long begin = System.nanoTime();
        for (int i = 0; i < steps || System.nanoTime() - begin < time.toNanos(); i++) {
            step.run();
        }
    }
}
