package io.dcd.data.source;

import io.dcd.data.DataException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/** How the labels of validation images are known. */
public sealed interface ValidationLabels {
    /**
     * The label of each image whose unit does not know it.
     *
     * @param names all names, those of refused images included
     * @throws DataException if names and labels do not belong together
     */
    Map<String, Integer> match(SortedSet<String> names);

    /** Each unit knows the label of its images. */
    record OfUnits() implements ValidationLabels {
        @Override
        public Map<String, Integer> match(SortedSet<String> names) {
            return Map.of();
        }
    }

    /**
     * The i-th label belongs to the i-th name in sorted order.
     *
     * @param origin what messages call the list
     */
    record OfSortedNames(List<Integer> labels, String origin) implements ValidationLabels {
        @Override
        public Map<String, Integer> match(SortedSet<String> names) {
            if (names.size() != labels.size()) {
                throw new DataException("there are " + names.size() + " validation images, but " + origin + " has "
                        + labels.size() + " labels; the two do not belong together, or images are missing");
            }
            Map<String, Integer> matched = new HashMap<>();
            for (String name : names) {
                matched.put(name, labels.get(matched.size()));
            }
            return matched;
        }
    }

    /**
     * A table of names.
     *
     * @param origin what messages call the table
     */
    record OfNames(Map<String, Integer> labels, String origin) implements ValidationLabels {
        @Override
        public Map<String, Integer> match(SortedSet<String> names) {
            for (String name : names) {
                if (!labels.containsKey(name)) {
                    throw new DataException(origin + " has no label for the validation image " + name);
                }
            }
            if (names.size() != labels.size()) {
                throw new DataException(
                        origin + " names " + labels.size() + " validation images, but there are only " + names.size());
            }
            return labels;
        }
    }
}
