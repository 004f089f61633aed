package io.dcd.train.checkpoint;

import java.util.Map;
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
        identity.requireSame(other, name(), allowed, progress().round() == 0);
    }

    /**
     * Refuses settings of another network than the parameters belong to.
     *
     * @param settings of the network, by key
     * @throws CheckpointException that names the difference
     */
    public void requireNetwork(Map<String, String> settings) {
        identity.requireNetwork(settings, name());
    }

    private String name() {
        return "checkpoint " + CheckpointStore.name(progress().step());
    }
}
