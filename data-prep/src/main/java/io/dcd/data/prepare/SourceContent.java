package io.dcd.data.prepare;

import io.dcd.data.DataException;
import io.dcd.data.Manifest;
import io.dcd.data.Split;
import io.dcd.data.source.ImageSource;
import io.dcd.data.source.ImageSource.SourceFile;
import io.dcd.data.source.OfficialArchives;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** What the first pass has found in a source; filled by one thread. */
final class SourceContent {
    private final ImageSource source;
    private final long maximumQuarantined;
    private final Map<Split, List<CheckedImage>> images = new EnumMap<>(Split.class);
    private final List<QuarantinedImage> quarantined = new ArrayList<>();
    private long bytes;

    SourceContent(ImageSource source, long maximumQuarantined) {
        this.source = source;
        this.maximumQuarantined = maximumQuarantined;
    }

    /** @throws DataException if too many images have been refused */
    void add(CheckTask task, CheckTask.Result result) {
        Split split = task.unit().split();
        images.computeIfAbsent(split, each -> new ArrayList<>()).addAll(result.images());
        quarantined.addAll(result.quarantined());
        bytes += task.unit().bytes();
        if (quarantined.size() > maximumQuarantined) {
            throw TooManyRefused.of(quarantined, maximumQuarantined);
        }
    }

    /** Source bytes gone through. */
    long bytes() {
        return bytes;
    }

    /** Images gone through, the refused ones included. */
    long imageCount() {
        return images.values().stream().mapToLong(List::size).sum() + quarantined.size();
    }

    /** The refused images, sorted. */
    List<QuarantinedImage> quarantined() {
        quarantined.sort(Comparator.comparing(QuarantinedImage::split)
                .thenComparing(QuarantinedImage::source)
                .thenComparing(QuarantinedImage::name));
        return quarantined;
    }

    /**
     * The images of each split with their labels.
     *
     * @throws DataException if they do not match the ground truth, or a split has none
     */
    Map<Split, List<CheckedImage>> labelled() {
        List<CheckedImage> validation = images.getOrDefault(Split.VALIDATION, List.of());
        if (validation.stream().anyMatch(image -> image.label() < 0)) {
            Map<String, Integer> labels = source.validationLabels().match(validationNames(validation));
            validation.replaceAll(image -> image.withLabel(labels.get(image.name())));
        }
        images.forEach((split, found) -> {
            if (found.isEmpty()) {
                throw new DataException("the source holds no " + split.directory() + " image that can be stored");
            }
        });
        return images;
    }

    /**
     * What the manifest says about the files that were read.
     *
     * @param md5 by file name; empty if they were not to be computed
     */
    List<Manifest.Source> files(Map<String, String> md5) {
        requireOfficialCounts(md5);
        return source.files().stream()
                .map(file -> new Manifest.Source(
                        file.name(), file.bytes(), md5.getOrDefault(file.name(), ""), official(file, md5)))
                .toList();
    }

    /** The official archives hold a known number of images: any other number would be a defect of this program. */
    private void requireOfficialCounts(Map<String, String> md5) {
        Map<String, Split> archives =
                Map.of(OfficialArchives.TRAINING, Split.TRAIN, OfficialArchives.VALIDATION, Split.VALIDATION);
        for (SourceFile file : source.files()) {
            Split split = archives.get(file.name());
            if (split != null && official(file, md5).equals("yes")) {
                long found = images.get(split).size()
                        + quarantined.stream()
                                .filter(each -> each.split() == split)
                                .count();
                if (found != OfficialArchives.officialImages(split)) {
                    throw new IllegalStateException(file.name() + " is the official archive, which holds "
                            + OfficialArchives.officialImages(split) + " images, but " + found + " were found");
                }
            }
        }
    }

    private static String official(SourceFile file, Map<String, String> md5) {
        String known = md5.getOrDefault(file.name(), "");
        if (known.isEmpty()) {
            return "unknown";
        }
        return OfficialArchives.isOfficial(file.name(), known) ? "yes" : "no";
    }

    private SortedSet<String> validationNames(List<CheckedImage> validation) {
        SortedSet<String> names = new TreeSet<>();
        validation.forEach(image -> addOnce(names, image.name()));
        quarantined.stream()
                .filter(image -> image.split() == Split.VALIDATION)
                .forEach(image -> addOnce(names, image.name()));
        return names;
    }

    private static void addOnce(SortedSet<String> names, String name) {
        if (!names.add(name)) {
            throw new DataException("the validation images hold " + name + " twice");
        }
    }
}
