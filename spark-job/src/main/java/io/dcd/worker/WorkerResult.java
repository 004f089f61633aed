package io.dcd.worker;

import java.io.Serializable;

/**
 * What a worker gives back after a round.
 *
 * @param worker its number
 * @param slot the thread that ran it, unique in the cluster
 * @param steps the steps it took; fewer than asked if it diverged
 * @param samples the samples of those steps
 * @param loss the sum over samples of the cross-entropy
 * @param gradientNorm the largest gradient norm of a step, before clipping
 * @param clippedSteps the steps whose gradient was clipped
 * @param diverged whether the loss or a gradient was not finite; parameters and velocity are then empty
 * @param seconds the time of the whole round, loading and reading parameters included
 * @param computeSeconds the time inside the plan
 * @param waitSeconds the time spent waiting for a batch
 * @param parameters the flat vector after the round, little-endian float32
 * @param velocity the optimiser's velocity, alike
 */
@SuppressWarnings("ArrayRecordComponent") // sent, never compared
public record WorkerResult(
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
        double waitSeconds,
        byte[] parameters,
        byte[] velocity)
        implements Serializable {}
