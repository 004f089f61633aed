package io.dcd.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.dcd.data.Manifest;
import io.dcd.data.PreparedData;
import io.dcd.data.Split;
import io.dcd.data.prepare.InspectJob.Bar;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** What prepared data hold, as {@code prep} and {@code inspect} tell it: as text, or a record that becomes JSON. */
record DataReport(
        String directory,
        String fingerprint,
        String layout,
        int classes,
        List<SplitReport> splits,
        long quarantined,
        Map<String, Long> quarantineReasons,
        String quarantineTable,
        List<Manifest.Source> sources) {
    private static final int BAR_CHARACTERS = 40;
    private static final double KIBI = 1 << 10;
    private static final double MEBI = 1 << 20;

    /** How many images the classes have; {@code empty} counts those without any. */
    record Balance(long smallest, double mean, long largest, int empty) {
        static Balance of(List<Long> counts) {
            return new Balance(
                    counts.stream().mapToLong(Long::longValue).min().orElse(0),
                    counts.stream().mapToLong(Long::longValue).average().orElse(0),
                    counts.stream().mapToLong(Long::longValue).max().orElse(0),
                    (int) counts.stream().filter(count -> count == 0).count());
        }
    }

    /** One split; the histogram of shorter sides only where somebody has asked for it. */
    record SplitReport(
            String split,
            long images,
            long imageBytes,
            long recoded,
            int shards,
            int rowGroups,
            Balance imagesPerClass,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Bar> shorterSides) {}

    /** @param shorterSides gives the histogram of a split, which takes reading the shards; an empty one is not shown */
    static DataReport of(PreparedData prepared, Function<Split, List<Bar>> shorterSides) {
        Manifest manifest = prepared.manifest();
        return new DataReport(
                prepared.directory().toString(),
                prepared.fingerprint(),
                manifest.layout(),
                prepared.classIndex().size(),
                manifest.splits().stream()
                        .map(split -> new SplitReport(
                                split.split().directory(),
                                split.rows(),
                                split.imageBytes(),
                                split.recoded(),
                                split.shards().size(),
                                prepared.split(split.split()).rowGroups().size(),
                                Balance.of(split.classCounts()),
                                shorterSides.apply(split.split())))
                        .toList(),
                manifest.quarantine().images(),
                manifest.quarantine().reasons(),
                manifest.quarantine().table().path(),
                manifest.sources());
    }

    void print(PrintWriter out) {
        line(out, "prepared", "%s, from %s", directory, layout);
        line(out, "fingerprint", "%s", fingerprint);
        line(out, "classes", "%,d", classes);
        splits.forEach(split -> print(out, split));
        line(
                out,
                "quarantine",
                "%s%s",
                count(quarantined, "image"),
                quarantined == 0 ? "" : ", listed in " + quarantineTable + ":");
        quarantineReasons.forEach((reason, images) -> line(out, "", "%,d %s", images, reason));
        sources.forEach(file -> line(out, "source", "%s, %,d bytes, %s", file.name(), file.bytes(), verdict(file)));
        out.flush();
    }

    private static void print(PrintWriter out, SplitReport split) {
        Balance balance = split.imagesPerClass();
        line(
                out,
                split.split(),
                "%s%s, %,.1f MiB (%,.1f KiB each) in %s, %s",
                count(split.images(), "image"),
                split.recoded() == 0 ? "" : String.format(Locale.ROOT, " (%,d of them encoded anew)", split.recoded()),
                split.imageBytes() / MEBI,
                split.imageBytes() / KIBI / split.images(),
                count(split.shards(), "shard"),
                count(split.rowGroups(), "row group"));
        line(
                out,
                "",
                "images per class: %,d … %,d, mean %,.1f%s",
                balance.smallest(),
                balance.largest(),
                balance.mean(),
                balance.empty() == 0 ? "" : String.format(Locale.ROOT, ", %,d classes without any", balance.empty()));
        if (!split.shorterSides().isEmpty()) {
            line(out, "", "shorter side in pixels:");
        }
        int from = 1;
        for (Bar bar : split.shorterSides()) {
            String range = bar.below() == Integer.MAX_VALUE ? from + " …" : from + " … " + (bar.below() - 1);
            long length = Math.round((double) BAR_CHARACTERS * bar.images() / split.images());
            line(out, "", "%12s %,10d %s", range, bar.images(), "#".repeat((int) length));
            from = bar.below();
        }
    }

    private static String count(long number, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
    }

    private static String verdict(Manifest.Source file) {
        return switch (file.official()) {
            case "yes" -> "md5 " + file.md5() + ": the official file";
            case "no" -> "md5 " + file.md5() + ": not the official file of this name";
            default -> "not hashed";
        };
    }

    private static void line(PrintWriter out, String title, String format, Object... values) {
        out.println(String.format(Locale.ROOT, "%-12s ", title)
                + String.format(Locale.ROOT, format, values).stripTrailing());
    }
}
