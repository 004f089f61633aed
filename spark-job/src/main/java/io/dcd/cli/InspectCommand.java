package io.dcd.cli;

import io.dcd.data.Manifest;
import io.dcd.data.PreparedData;
import io.dcd.data.Split;
import io.dcd.data.prepare.InspectJob;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dcd inspect}: shows what prepared data holds. */
@Command(
        name = "inspect",
        description = {
            "Shows what prepared data holds: images and classes of each split, how balanced they are, sizes of the images, what went to "
                    + "quarantine and why; on request a picture with images of each class.",
            ""
        })
final class InspectCommand implements Callable<Integer> {
    private static final int BAR_CHARACTERS = 40;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Directory that `dcd prep` wrote.")
    private String directory;

    @Option(names = "--contact-sheet", paramLabel = "FILE", description = "Write a PNG with some images of each class.")
    private Path contactSheet;

    @Option(
            names = "--split",
            defaultValue = "train",
            description = "Split of the contact sheet: ${COMPLETION-CANDIDATES}.")
    private Split split;

    @Option(names = "--classes", defaultValue = "20", description = "Classes on the contact sheet, spread over all.")
    private int classes;

    @Option(names = "--samples", defaultValue = "8", description = "Images of each class on the contact sheet.")
    private int samples;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Mixin
    private SparkOptions sparkOptions;

    private record Balance(long smallest, double mean, long largest, int empty) {
        static Balance of(List<Long> counts) {
            return new Balance(
                    counts.stream().mapToLong(Long::longValue).min().orElse(0),
                    counts.stream().mapToLong(Long::longValue).average().orElse(0),
                    counts.stream().mapToLong(Long::longValue).max().orElse(0),
                    (int) counts.stream().filter(count -> count == 0).count());
        }
    }

    private record SplitReport(
            String split,
            long images,
            long imageBytes,
            long recoded,
            int shards,
            int rowGroups,
            Balance imagesPerClass,
            List<InspectJob.Bar> shorterSides) {}

    private record Report(
            String layout,
            int classes,
            String fingerprint,
            List<SplitReport> splits,
            long quarantined,
            Map<String, Long> quarantineReasons,
            List<Manifest.Source> sources) {}

    @Override
    public Integer call() throws IOException {
        if (classes < 1 || samples < 1) {
            throw new UsageException("--classes and --samples must be positive");
        }
        Configuration hadoop = sparkOptions.hadoopConfiguration();
        PreparedData prepared = PreparedData.open(hadoop, SparkOptions.path(hadoop, directory));
        try (SparkSession session = sparkOptions.start("dcd inspect " + directory)) {
            InspectJob job = new InspectJob(JavaSparkContext.fromSparkContext(session.sparkContext()), prepared);
            Report report = report(prepared, job);
            if (json) {
                Json.print(spec, report);
            } else {
                print(report);
            }
            if (contactSheet != null) {
                Files.write(contactSheet, job.contactSheet(split, classes, samples));
                spec.commandLine().getErr().println("wrote " + contactSheet);
            }
        }
        return ExitCode.DONE.code();
    }

    private static Report report(PreparedData prepared, InspectJob job) {
        Manifest manifest = prepared.manifest();
        List<SplitReport> splits = new ArrayList<>();
        for (Manifest.SplitContent content : manifest.splits()) {
            splits.add(new SplitReport(
                    content.split().directory(),
                    content.rows(),
                    content.imageBytes(),
                    content.recoded(),
                    content.shards().size(),
                    prepared.split(content.split()).rowGroups().size(),
                    Balance.of(content.classCounts()),
                    job.shorterSides(content.split())));
        }
        return new Report(
                manifest.layout(),
                prepared.classIndex().size(),
                prepared.fingerprint(),
                splits,
                manifest.quarantine().images(),
                manifest.quarantine().reasons(),
                manifest.sources());
    }

    private void print(Report report) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%d classes, from %s, fingerprint %s%n",
                report.classes(),
                report.layout(),
                report.fingerprint());
        for (SplitReport each : report.splits()) {
            Balance balance = each.imagesPerClass();
            out.printf(
                    Locale.ROOT,
                    "%n%s: %,d images, %,.1f MiB (%,.1f KiB each), %d shards, %d row groups, %,d images encoded anew%n",
                    each.split(),
                    each.images(),
                    each.imageBytes() / 1048576.0,
                    each.imageBytes() / 1024.0 / each.images(),
                    each.shards(),
                    each.rowGroups(),
                    each.recoded());
            out.printf(
                    Locale.ROOT,
                    "  images per class: %d … %d, mean %.1f%s%n",
                    balance.smallest(),
                    balance.largest(),
                    balance.mean(),
                    balance.empty() == 0 ? "" : ", " + balance.empty() + " classes without any");
            out.println("  shorter side in pixels:");
            int from = 1;
            for (InspectJob.Bar bar : each.shorterSides()) {
                String range = bar.below() == Integer.MAX_VALUE ? from + " …" : from + " … " + (bar.below() - 1);
                long length = Math.round((double) BAR_CHARACTERS * bar.images() / each.images());
                out.printf(Locale.ROOT, "  %12s %,10d %s%n", range, bar.images(), "#".repeat((int) length));
                from = bar.below();
            }
        }
        out.printf(Locale.ROOT, "%nquarantine: %,d images %s%n", report.quarantined(), report.quarantineReasons());
        report.sources()
                .forEach(file -> out.printf(
                        Locale.ROOT,
                        "source: %s, %,d bytes, md5 %s, official: %s%n",
                        file.name(),
                        file.bytes(),
                        file.md5(),
                        file.official()));
        out.flush();
    }
}
