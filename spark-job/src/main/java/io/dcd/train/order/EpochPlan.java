package io.dcd.train.order;

import java.io.Serializable;

/**
 * How the ordered samples of an epoch are cut into rounds, workers and batches. Round r takes the next run of samples, worker w its w-th
 * equal part; every part is whole batches. The remainder of fewer than {@code workers · batch} samples at the end of the order is left
 * out of that epoch; the order differs from epoch to epoch, so it is another remainder each time.
 *
 * @param samples the number of samples N of the split
 * @param workers the number of logical workers W
 * @param batch the samples B of one step of one worker
 * @param stepsPerRound the steps S of a worker in a round; the last round of an epoch may have fewer
 */
public record EpochPlan(long samples, int workers, int batch, int stepsPerRound) implements Serializable {
    public EpochPlan {
        if (workers < 1 || batch < 1 || stepsPerRound < 1) {
            throw new IllegalArgumentException("workers %d, batch %d and steps per round %d must be at least 1"
                    .formatted(workers, batch, stepsPerRound));
        }
        if (samples < (long) workers * batch) {
            throw new IllegalArgumentException(
                    "%d samples are fewer than one step of %d workers with batch %d needs (%d)"
                            .formatted(samples, workers, batch, (long) workers * batch));
        }
    }

    /** The steps that each worker takes in an epoch, ⌊N / (W·B)⌋. */
    public long steps() {
        return samples / ((long) workers * batch);
    }

    /** The rounds of an epoch, ⌈steps / S⌉. */
    public int rounds() {
        return Math.toIntExact((steps() + stepsPerRound - 1) / stepsPerRound);
    }

    /** The steps of each worker in a round. */
    public int steps(int round) {
        requireRound(round);
        return (int) Math.min(stepsPerRound, steps() - firstStep(round));
    }

    /** The steps of the epoch that each worker has taken before a round. */
    public long firstStep(int round) {
        return (long) round * stepsPerRound;
    }

    /** The samples that all workers together train on in a round. */
    public long samples(int round) {
        return (long) steps(round) * workers * batch;
    }

    /** Position in the epoch's order of the first sample of a worker in a round; it takes {@code steps(round) · batch} from there. */
    public long begin(int round, int worker) {
        if (worker < 0 || worker >= workers) {
            throw new IllegalArgumentException("worker %d is not among %d".formatted(worker, workers));
        }
        return firstStep(round) * workers * batch + (long) worker * steps(round) * batch;
    }

    private void requireRound(int round) {
        if (round < 0 || round >= rounds()) {
            throw new IllegalArgumentException("round %d is not among %d".formatted(round, rounds()));
        }
    }
}
