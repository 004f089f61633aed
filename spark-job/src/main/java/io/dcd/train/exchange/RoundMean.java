package io.dcd.train.exchange;

import io.dcd.worker.WorkerReadings;
import java.util.List;

/**
 * What came of a round.
 *
 * @param readings of all workers, in their order
 * @param parameters the mean of the workers' parameters; empty if all diverged
 * @param velocity the mean of their velocities, alike
 * @param sentBytes parameters and velocity for each process that ran a worker, 8·P·E for P parameters and E processes
 * @param returnedBytes parameters and velocity of each worker as encoded, 2·b·P·W for W workers and b bytes a value
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record RoundMean(
        List<WorkerReadings> readings, float[] parameters, float[] velocity, long sentBytes, long returnedBytes) {}
