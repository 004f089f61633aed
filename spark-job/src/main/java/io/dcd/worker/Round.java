package io.dcd.worker;

import java.io.Serializable;

/**
 * What all workers are told about one round.
 *
 * @param epoch the epoch, from 0
 * @param round the round of that epoch, from 0
 * @param firstStep the steps that each worker has taken since the run began
 * @param learningRates η of each step of the round
 * @param mixup α of mixup; 0 for none
 * @param parameters the flat vector from which all workers start, little-endian float32
 * @param velocity the optimiser's velocity, alike
 */
@SuppressWarnings("ArrayRecordComponent") // sent, never compared
public record Round(
        int epoch, int round, long firstStep, double[] learningRates, double mixup, byte[] parameters, byte[] velocity)
        implements Serializable {}
