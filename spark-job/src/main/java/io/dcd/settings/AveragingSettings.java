package io.dcd.settings;

import static io.dcd.settings.SettingsException.require;

import io.dcd.vector.Encoding;

/** How the workers' vectors become one. */
public record AveragingSettings(
        BatchStatistics batchStatistics,
        double outerMomentum,
        double outerRate,
        double movingAverageDecay,
        Encoding encoding,
        Place place) {
    /** From here on {@code auto} spares the driver: Spark refuses results of 1 GiB by default. */
    private static final long MOST_BYTES_ON_DRIVER = 256L << 20;

    /** How running variances are averaged. */
    public enum BatchStatistics {
        /** The variance of all workers' activations together. */
        MIXTURE,
        /** The mean of the workers' variances. */
        MEAN
    }

    /** Where means are formed. */
    public enum Place {
        /** On the driver as long as it is easy for it. */
        AUTO,
        /** On the driver. */
        DRIVER,
        /** On the executors, a slice of the vectors each. */
        EXECUTORS
    }

    /** The bytes of what a worker returns, parameters and velocity of so many elements each. */
    public long resultBytes(long elements) {
        return 2 * elements * encoding.bytes();
    }

    /** Whether the driver forms the mean of the workers' results. */
    public boolean meansOnDriver(long elements, int workers) {
        return switch (place) {
            case DRIVER -> true;
            case EXECUTORS -> false;
            case AUTO -> resultBytes(elements) * workers <= MOST_BYTES_ON_DRIVER;
        };
    }

    /** Whether the step to the workers' mean is changed, and so kept from round to round. */
    public boolean takesOuterStep() {
        return outerMomentum > 0 || outerRate != 1;
    }

    public AveragingSettings {
        require(
                outerMomentum >= 0 && outerMomentum < 1,
                "averaging.outer-momentum must lie in 0 ≤ m < 1, got %s",
                outerMomentum);
        require(
                outerRate > 0 && Double.isFinite(outerRate),
                "averaging.outer-rate must be positive, got %s",
                outerRate);
        require(
                movingAverageDecay >= 0 && movingAverageDecay < 1,
                "averaging.moving-average-decay must lie in 0 ≤ d < 1, got %s",
                movingAverageDecay);
    }
}
