package io.dcd.train.checkpoint;

import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a run must share with a checkpoint to go on from it.
 *
 * @param data the fingerprint of the prepared data's manifest
 * @param classes the number of classes
 * @param settings the settings that decide the network, by key
 */
public record RunIdentity(String data, int classes, Map<String, String> settings) {
    public RunIdentity {
        settings = Map.copyOf(settings);
    }

    /** @throws CheckpointException that names the first difference, if {@code other} is not the same */
    void requireSame(RunIdentity other, String checkpoint) {
        TreeSet<String> keys = new TreeSet<>(settings.keySet());
        keys.addAll(other.settings.keySet());
        for (String key : keys) {
            requireEqual(key, settings.get(key), other.settings.get(key), checkpoint);
        }
        if (!data.equals(other.data)) {
            throw new CheckpointException(
                    "%s was trained on other prepared data (manifest %.12s…, now %.12s…); give the same --data, or another --run"
                            .formatted(checkpoint, data, other.data));
        }
        requireEqual("the number of classes", Integer.toString(classes), Integer.toString(other.classes), checkpoint);
    }

    private static void requireEqual(String key, String mine, String others, String checkpoint) {
        if (mine == null || !mine.equals(others)) {
            throw new CheckpointException("%s has %s = %s, this run %s; drop the difference, or give another --run"
                    .formatted(checkpoint, key, mine, others));
        }
    }

    /** The settings in the order of their keys, for a stable file. */
    Map<String, String> sortedSettings() {
        return new TreeMap<>(settings);
    }
}
