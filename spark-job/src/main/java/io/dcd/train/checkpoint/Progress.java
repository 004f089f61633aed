package io.dcd.train.checkpoint;

/**
 * How far a run has come.
 *
 * @param epoch the epoch that is under way or comes next, from 0
 * @param round the round of that epoch that comes next, from 0
 * @param step the steps that each worker has taken since the run began
 * @param rounds the rounds since the run began
 * @param samples the samples that all workers together have trained on since the run began
 * @param rollbacks how often the run went back to a checkpoint because it had diverged
 * @param rateFactor what the learning rate is multiplied by since then
 */
public record Progress(int epoch, int round, long step, long rounds, long samples, int rollbacks, double rateFactor) {
    public static final Progress START = new Progress(0, 0, 0, 0, 0, 0, 1);

    public Progress {
        if (epoch < 0 || round < 0 || step < 0 || rounds < 0 || samples < 0 || rollbacks < 0) {
            throw new IllegalArgumentException(
                    "no counter may be negative: epoch %d, round %d, step %d, rounds %d, samples %d, rollbacks %d"
                            .formatted(epoch, round, step, rounds, samples, rollbacks));
        }
        if (!(rateFactor > 0 && rateFactor <= 1)) {
            throw new IllegalArgumentException("the rate's factor must lie in 0 < f ≤ 1, got " + rateFactor);
        }
    }

    /** After a round of {@code steps} steps with {@code samples} samples, the last of its epoch or not. */
    public Progress after(long steps, long samples, boolean endsEpoch) {
        return new Progress(
                endsEpoch ? epoch + 1 : epoch,
                endsEpoch ? 0 : round + 1,
                step + steps,
                rounds + 1,
                this.samples + samples,
                rollbacks,
                rateFactor);
    }

    /** This place again, after the run diverged beyond it, with a lower rate. */
    public Progress again(int rollbacks, double rateFactor) {
        return new Progress(epoch, round, step, rounds, samples, rollbacks, rateFactor);
    }
}
