package io.dcd.train.checkpoint;

import java.util.Set;

/**
 * The whole state of a run between two rounds: everything random is a function of the seed and of {@code progress}.
 */
public record Checkpoint(RunIdentity identity, ModelState state) {
    /** How far the run had come. */
    public Progress progress() {
        return state.progress();
    }

    /** The network's flat parameter vector, running statistics included. */
    public float[] parameters() {
        return state.parameters();
    }

    /**
     * Refuses a run that cannot go on from here.
     *
     * @param allowed the keys whose change is wanted, see {@link RunIdentity#DATA}
     * @throws CheckpointException that names the difference
     */
    public void requireFits(RunIdentity other, Set<String> allowed) {
        identity.requireSame(
                other,
                "checkpoint step-%08d".formatted(progress().step()),
                allowed,
                progress().round() == 0);
    }
}
