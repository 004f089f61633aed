package io.dcd.train.checkpoint;

/**
 * The whole state of a run between two rounds: everything random is a function of the seed and of {@code progress}.
 *
 * @param parameters the network's flat parameter vector, running statistics included
 * @param velocity the optimiser's velocity, laid out alike
 */
@SuppressWarnings("ArrayRecordComponent") // saved and loaded, never compared
public record Checkpoint(RunIdentity identity, Progress progress, float[] parameters, float[] velocity) {
    /** @throws CheckpointException that names the difference, if a run of {@code other} cannot go on from here */
    public void requireFits(RunIdentity other) {
        identity.requireSame(other, "checkpoint step-%08d".formatted(progress.step()));
    }
}
