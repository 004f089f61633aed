package io.dcd.data.prepare;

import io.dcd.data.DataException;
import io.dcd.data.Split;
import io.dcd.data.source.ImageSource;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is prepared and how: all that a result depends on, by name, so that two preparations can be compared.
 *
 * @param facts sorted by name
 * @param sources what tells each file and folder of the source from another in its place, such as the time of its last change: the
 *     result does not depend on it, but what has been found in a file does
 */
record Preparation(Map<String, String> facts, Map<String, String> sources) {
    static Preparation of(PrepareOptions options, ImageSource source) {
        Map<String, String> facts = new TreeMap<>(options.asMap());
        facts.put("layout", source.layout().title());
        source.files().forEach(file -> facts.put("size of " + file.name(), Long.toString(file.bytes())));
        Map<Split, Long> bytes = new TreeMap<>();
        source.units().forEach(unit -> bytes.merge(unit.split(), unit.bytes(), Long::sum));
        bytes.forEach((split, sum) -> facts.put("bytes of " + split.directory() + " images", Long.toString(sum)));
        return new Preparation(facts, source.fingerprints());
    }

    /**
     * Compares with what was prepared before.
     *
     * @param what describes the earlier one in the message
     * @throws DataException if they differ; it names the first difference
     */
    void requireSame(Map<String, String> before, String what) {
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(facts.keySet());
        for (String name : names) {
            String old = before.getOrDefault(name, "absent");
            String wanted = facts.getOrDefault(name, "absent");
            if (!old.equals(wanted)) {
                throw new DataException(what + " with another " + name + ": " + old + ", now it is " + wanted
                        + "; use the same or choose another directory");
            }
        }
    }

    /** Files and folders of the source that are not as they were, sorted. */
    Set<String> changedSince(Preparation before) {
        Set<String> changed = new TreeSet<>(before.sources.keySet());
        changed.addAll(sources.keySet());
        changed.removeIf(name -> Objects.equals(sources.get(name), before.sources.get(name)));
        return changed;
    }
}
