package io.dcd.train.checkpoint;

import io.dcd.data.PreparedData;
import io.dcd.settings.Settings;
import io.dcd.settings.SettingsLoader;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a run must share with a checkpoint to go on from it.
 *
 * @param data the fingerprint of the prepared data's manifest; empty before any training
 * @param classes the number of classes
 * @param settings the settings that decide the network, by key
 */
public record RunIdentity(String data, int classes, Map<String, String> settings) {
    /** Stands for other prepared data, of the same classes, among the changes that a user allows. */
    public static final String DATA = "data";

    /** Decides what the parameters are; a checkpoint of another network is of no use. */
    private static final String NETWORK = "network.name";

    /** Decides what the parameters mean, like the network's name. */
    private static final String STEM_STRIDE = "network.stem-stride";

    /** What decides which samples a worker takes when: inside an epoch a change would leave samples out and repeat others. */
    private static final Set<String> ORDER = Set.of(
            DATA,
            "training.workers",
            "training.batch",
            "training.steps-per-round",
            "training.first-steps-per-round",
            "training.steps-ramp-epochs",
            "training.seed");

    /** What a checkpoint means that was written before a setting existed: a new setting's default leaves runs as they were. */
    private static final Map<String, String> DEFAULTS =
            new SettingsLoader().load().identity();

    public RunIdentity {
        settings = Map.copyOf(settings);
    }

    /** Of a run on {@code data}, with the settings that decide its network. */
    public static RunIdentity of(PreparedData data, Settings settings) {
        return new RunIdentity(data.fingerprint(), data.classIndex().size(), settings.identity());
    }

    /**
     * Of parameters that no run has trained yet: only the network counts, not data and recipe.
     *
     * @param settings the settings of the run that begins with them
     */
    public static RunIdentity ofNetwork(int classes, Map<String, String> settings) {
        return new RunIdentity(
                "", classes, Map.of(NETWORK, settings.get(NETWORK), STEM_STRIDE, settings.get(STEM_STRIDE)));
    }

    /**
     * Refuses what differs and is not allowed to.
     *
     * @param allowed the keys whose change is wanted
     * @param epochEnds whether the checkpoint lies between two epochs
     * @throws CheckpointException that names the first such difference
     */
    void requireSame(RunIdentity other, String checkpoint, Set<String> allowed, boolean epochEnds) {
        TreeSet<String> keys = new TreeSet<>(settings.keySet());
        boolean trained = !data.isEmpty();
        if (trained) {
            keys.addAll(other.settings.keySet());
        }
        for (String key : keys) {
            String mine = settings.getOrDefault(key, DEFAULTS.get(key));
            String others = other.settings.get(key);
            if (!Objects.equals(mine, others)) {
                String difference = "%s has %s = %s, this run %s".formatted(checkpoint, key, mine, others);
                requireAllowed(key, difference, allowed, epochEnds);
            }
        }
        if (trained && !data.equals(other.data)) {
            String difference = "%s was trained on other prepared data (manifest %.12s…, now %.12s…)"
                    .formatted(checkpoint, data, other.data);
            requireAllowed(DATA, difference, allowed, epochEnds);
        }
        if (classes != other.classes) {
            throw new CheckpointException("%s has %d classes, this run %d; give the data of that run, or another --run"
                    .formatted(checkpoint, classes, other.classes));
        }
    }

    /**
     * Refuses settings of another network than the parameters belong to.
     *
     * @throws CheckpointException that names the difference
     */
    void requireNetwork(Map<String, String> others, String checkpoint) {
        for (String key : List.of(NETWORK, STEM_STRIDE)) {
            String mine = settings.get(key);
            if (mine != null && !mine.equals(others.get(key))) {
                throw new CheckpointException("%s has %s = %s, not %s; drop the difference"
                        .formatted(checkpoint, key, mine, others.get(key)));
            }
        }
    }

    private static void requireAllowed(String key, String difference, Set<String> allowed, boolean epochEnds) {
        if (key.equals(NETWORK) || key.equals(STEM_STRIDE)) {
            throw new CheckpointException(difference + "; drop the difference, or give another --run");
        }
        if (!allowed.contains(key)) {
            throw new CheckpointException(difference + "; drop the difference, allow it with --allow-change " + key
                    + ", or give another --run");
        }
        if (ORDER.contains(key) && !epochEnds) {
            throw new CheckpointException(difference
                    + ", and lies inside an epoch, whose order that decides; train to the end of the epoch first");
        }
    }

    /** The settings in the order of their keys, for a stable file. */
    Map<String, String> sortedSettings() {
        return new TreeMap<>(settings);
    }
}
