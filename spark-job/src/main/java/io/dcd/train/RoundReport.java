package io.dcd.train;

/**
 * What a round was like.
 *
 * @param epoch the epoch, from 0
 * @param round the round of that epoch, from 0
 * @param step the steps that each worker has taken since the run began, this round included
 * @param learningRate η of the round's last step
 * @param loss mean cross-entropy over the round's samples, each before its update
 * @param gradientNorm the largest gradient norm of a step of a worker, before clipping
 * @param clippedShare the share of all workers' steps whose gradient was clipped
 * @param samples the samples of all workers
 * @param seconds from the driver's broadcast to the new mean
 * @param computeSeconds the mean of the workers' time inside their plans
 * @param waitSeconds the mean of the workers' time spent waiting for images
 * @param exchangeSeconds what the round took beyond its busiest slot: broadcast, scheduling, results, averaging
 * @param sentBytes parameters and velocity sent to every process
 * @param returnedBytes parameters and velocity returned by every worker, as encoded
 */
public record RoundReport(
        int epoch,
        int round,
        long step,
        double learningRate,
        double loss,
        double gradientNorm,
        double clippedShare,
        long samples,
        double seconds,
        double computeSeconds,
        double waitSeconds,
        double exchangeSeconds,
        long sentBytes,
        long returnedBytes) {
    /** Images that the whole cluster trained on in a second. */
    public double imagesPerSecond() {
        return samples / seconds;
    }
}
