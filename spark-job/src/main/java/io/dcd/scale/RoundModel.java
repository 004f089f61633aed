package io.dcd.scale;

import java.util.List;

/**
 * How long a round takes on E executors that run K workers each, one after the other:
 *
 * <pre>
 * T(E) = K·c + √K·σ·√(2 ln E)          computing, and waiting for the slowest of E
 *      + S/B + h·⌈log₂(E + 1)⌉         broadcast: blocks travel from executor to executor
 *      + a + E·K·V·(1/B + b)           results and mean on the driver
 * or   + a·2 + E·h + (K+1)·V/B + K·V·b results and mean on the executors, a slice each
 * </pre>
 *
 * <p>c, σ, a and b are fitted to measured rounds; B and h are given.
 *
 * @param computeSeconds c, a worker's round
 * @param spreadSeconds σ, the standard deviation of c between workers
 * @param fixedSeconds a, of an exchange whatever its size
 * @param secondsPerByte b, that an exchange takes for each byte returned, apart from the network
 * @param sentBytes S, parameters and velocity as every executor receives them
 * @param returnedBytes V, the same as a worker sends them back
 * @param imagesPerWorker of a round
 * @param network B and h
 */
public record RoundModel(
        double computeSeconds,
        double spreadSeconds,
        double fixedSeconds,
        double secondsPerByte,
        long sentBytes,
        long returnedBytes,
        long imagesPerWorker,
        Network network) {
    /**
     * The links between machines.
     *
     * @param bytesPerSecond B, of a machine's link, in each direction
     * @param hopSeconds h, of a message or of the start of a task
     */
    public record Network(double bytesPerSecond, double hopSeconds) {}

    /** Where the mean of a round is formed. */
    public enum Place {
        DRIVER,
        EXECUTORS
    }

    /**
     * A round as the model expects it.
     *
     * @param workersPerExecutor that run one after the other
     * @param computeSeconds an executor's computing and waiting for images
     * @param stragglerSeconds until the slowest worker is done
     * @param efficiency images per second against E times those of one executor that exchanges nothing
     */
    public record Prediction(
            int executors,
            int workersPerExecutor,
            Place place,
            double computeSeconds,
            double stragglerSeconds,
            double broadcastSeconds,
            double aggregationSeconds,
            double seconds,
            double imagesPerSecond,
            double efficiency) {}

    /**
     * Fits c, σ, a and b. c, S, V and the images of a round are those of the last run; with runs of several sizes a and b are the least
     * squares of a + b·(W·V) ≈ exchange, with one size all of the exchange counts as b, which is the worst case for many executors.
     */
    public static RoundModel fit(List<RoundTimes> runs, Network network) {
        RoundTimes last = runs.get(runs.size() - 1);
        double spread = runs.stream()
                .filter(run -> run.workers() > run.waves())
                .mapToDouble(run -> run.slackSeconds() / expectedMaximum(run.workers() / run.waves()))
                .average()
                .orElse(0);
        double meanBytes =
                runs.stream().mapToDouble(RoundTimes::bytesOfAll).average().orElseThrow();
        double meanSeconds =
                runs.stream().mapToDouble(RoundTimes::exchangeSeconds).average().orElseThrow();
        double variance = 0;
        double covariance = 0;
        for (RoundTimes run : runs) {
            double bytes = run.bytesOfAll() - meanBytes;
            variance += bytes * bytes;
            covariance += bytes * (run.exchangeSeconds() - meanSeconds);
        }
        // A negative slope or intercept is noise of the measurement: the other then carries all.
        double slope = variance == 0 ? meanSeconds / meanBytes : Math.max(0, covariance / variance);
        double fixed = variance == 0 ? 0 : meanSeconds - slope * meanBytes;
        if (fixed < 0) {
            fixed = 0;
            slope = meanSeconds / meanBytes;
        }
        return new RoundModel(
                last.workerSeconds(),
                spread,
                fixed,
                slope,
                last.sentBytes(),
                last.returnedBytes(),
                (long) last.stepsPerRound() * last.batch(),
                network);
    }

    /** A round of {@code executors} × {@code workersPerExecutor} workers, with the mean formed at {@code place}. */
    public Prediction predict(int executors, int workersPerExecutor, Place place) {
        double transfer = returnedBytes / network.bytesPerSecond();
        double compute = workersPerExecutor * computeSeconds;
        double straggler = Math.sqrt(workersPerExecutor) * spreadSeconds * expectedMaximum(executors);
        long workers = (long) executors * workersPerExecutor;
        double hops = Math.ceil(Math.log(executors + 1) / Math.log(2));
        double broadcast = sentBytes / network.bytesPerSecond() + hops * network.hopSeconds();
        double aggregation =
                switch (place) {
                    case DRIVER -> fixedSeconds + workers * (transfer + returnedBytes * secondsPerByte);
                    case EXECUTORS ->
                        2 * fixedSeconds
                                + executors * network.hopSeconds()
                                + (workersPerExecutor + 1) * transfer
                                + workersPerExecutor * returnedBytes * secondsPerByte;
                };
        double seconds = compute + straggler + broadcast + aggregation;
        return new Prediction(
                executors,
                workersPerExecutor,
                place,
                compute,
                straggler,
                broadcast,
                aggregation,
                seconds,
                workers * imagesPerWorker / seconds,
                compute / seconds);
    }

    /** The mean of the largest of {@code count} standard normals, by its bound √(2 ln n), which is 10 to 25 % high for n ≤ 1000. */
    private static double expectedMaximum(int count) {
        return Math.sqrt(2 * Math.log(count));
    }
}
