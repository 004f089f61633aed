package io.dcd.train.checkpoint;

import java.util.Set;

/**
 * The whole state of a run between two rounds: everything random is a function of the seed and of {@code progress}.
 *
 * @param parameters the network's flat parameter vector, running statistics included
 * @param velocity the optimiser's velocity, laid out alike
 */
@SuppressWarnings("ArrayRecordComponent") // saved and loaded, never compared
public record Checkpoint(RunIdentity identity, Progress progress, float[] parameters, float[] velocity) {
    /**
     * Refuses a run that cannot go on from here.
     *
     * @param allowed the keys whose change is wanted, see {@link RunIdentity#DATA}
     * @throws CheckpointException that names the difference
     */
    public void requireFits(RunIdentity other, Set<String> allowed) {
        identity.requireSame(other, "checkpoint step-%08d".formatted(progress.step()), allowed, progress.round() == 0);
    }
}
