package io.dcd.worker;

import java.io.Serializable;

/**
 * What all workers are told about one round. The vectors that they begin with travel apart, as {@link RoundStart}.
 *
 * @param epoch the epoch, from 0
 * @param round the round of that epoch, from 0
 * @param firstStep the steps that each worker has taken since the run began
 * @param learningRates η of each step of the round
 * @param mixup α of mixup; 0 for none
 */
@SuppressWarnings("ArrayRecordComponent") // sent, never compared
public record Round(int epoch, int round, long firstStep, double[] learningRates, double mixup)
        implements Serializable {}
