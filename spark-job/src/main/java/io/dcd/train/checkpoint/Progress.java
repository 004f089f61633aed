package io.dcd.train.checkpoint;

/**
 * How far a run has come.
 *
 * @param epoch the epoch that is under way or comes next, from 0
 * @param round the round of that epoch that comes next, from 0
 * @param step the steps that each worker has taken since the run began
 * @param rounds the rounds since the run began
 * @param samples the samples that all workers together have trained on since the run began
 */
public record Progress(int epoch, int round, long step, long rounds, long samples) {
    public static final Progress START = new Progress(0, 0, 0, 0, 0);

    public Progress {
        if (epoch < 0 || round < 0 || step < 0 || rounds < 0 || samples < 0) {
            throw new IllegalArgumentException(
                    "no counter may be negative: epoch %d, round %d, step %d, rounds %d, samples %d"
                            .formatted(epoch, round, step, rounds, samples));
        }
    }
}
