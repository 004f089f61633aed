package io.dcd.worker;

import java.io.Serializable;

/**
 * What a round was like for one worker.
 *
 * @param worker its number
 * @param slot the thread that ran it, unique in the cluster: process, slash, number
 * @param steps the steps it took; fewer than asked if it diverged
 * @param samples the samples of those steps
 * @param loss the sum over samples of the cross-entropy
 * @param gradientNorm the largest gradient norm of a step, before clipping
 * @param clippedSteps the steps whose gradient was clipped
 * @param diverged whether the loss or a gradient was not finite
 * @param seconds from the arrival of the parameters to the end of the work
 * @param computeSeconds of them, inside the plan
 * @param waitSeconds of them, waiting for a batch
 */
public record WorkerReadings(
        int worker,
        String slot,
        int steps,
        long samples,
        double loss,
        double gradientNorm,
        int clippedSteps,
        boolean diverged,
        double seconds,
        double computeSeconds,
        double waitSeconds)
        implements Serializable {
    /** The process that ran it. */
    public String process() {
        return slot.substring(0, slot.lastIndexOf('/'));
    }
}
