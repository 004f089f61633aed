package io.dcd.train.order;

import java.io.Serializable;

/**
 * How all epochs of a run are cut. The steps of a round may rise linearly from epoch to epoch, from {@code firstStepsPerRound} to
 * {@code stepsPerRound} over {@code rampEpochs}: while parameters still move fast, the workers' copies must not drift far apart (Lin et
 * al. 2020, post-local SGD). The steps of an epoch are the same throughout.
 *
 * @param samples the number of samples N of the split
 * @param workers the number of logical workers W
 * @param batch the samples B of one step of one worker
 * @param stepsPerRound the steps of a worker in a round after the ramp
 * @param firstStepsPerRound those in the first epoch, if there is a ramp
 * @param rampEpochs the length of the ramp; 0: none
 */
public record RunPlan(long samples, int workers, int batch, int stepsPerRound, int firstStepsPerRound, int rampEpochs)
        implements Serializable {
    public RunPlan {
        // Each epoch's plan checks the rest.
        if (firstStepsPerRound < 1 || rampEpochs < 0) {
            throw new IllegalArgumentException("a ramp over %d epochs from %d steps per round is not possible"
                    .formatted(rampEpochs, firstStepsPerRound));
        }
    }

    /** The steps that each worker takes in every epoch. */
    public long stepsPerEpoch() {
        return epoch(0).steps();
    }

    /** How an epoch, counted from 0, is cut into rounds. */
    public EpochPlan epoch(int epoch) {
        return new EpochPlan(samples, workers, batch, stepsPerRound(epoch));
    }

    /**
     * The steps that each worker takes in a run.
     *
     * @param epochs all epochs
     * @param limit the rounds after which it ends before; 0: it does not
     */
    public long steps(int epochs, long limit) {
        long steps = 0;
        long left = limit == 0 ? Long.MAX_VALUE : limit;
        for (int epoch = 0; epoch < epochs && left > 0; epoch++) {
            EpochPlan plan = epoch(epoch);
            steps += left < plan.rounds() ? plan.firstStep((int) left) : plan.steps();
            left -= plan.rounds();
        }
        return steps;
    }

    private int stepsPerRound(int epoch) {
        if (epoch >= rampEpochs) {
            return stepsPerRound;
        }
        // In whole numbers, so that every machine rounds alike.
        return firstStepsPerRound + (int) ((long) (stepsPerRound - firstStepsPerRound) * epoch / rampEpochs);
    }
}
