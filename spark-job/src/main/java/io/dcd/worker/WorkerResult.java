package io.dcd.worker;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What a worker gives back after a round.
 *
 * @param parameters the flat vector after the round, encoded; empty if the worker diverged
 * @param velocity the optimiser's velocity, alike
 */
@SuppressWarnings("ArrayRecordComponent") // sent, never compared
public record WorkerResult(WorkerReadings readings, byte[] parameters, byte[] velocity) implements Serializable {
    /** The same with the bytes {@code begin} … {@code end} − 1 of both vectors alone. */
    public WorkerResult part(int begin, int end) {
        return new WorkerResult(
                readings, Arrays.copyOfRange(parameters, begin, end), Arrays.copyOfRange(velocity, begin, end));
    }
}
