package io.dcd.cli;

import io.dcd.data.PreparedData;
import io.dcd.data.Split;
import io.dcd.data.prepare.InspectJob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
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
                    + "quarantine and why; on request a picture with images of each class."
        })
final class InspectCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Directory that `dcd prep` wrote.")
    private String directory;

    @Option(names = "--contact-sheet", paramLabel = "FILE", description = "Write a PNG with some images of each class.")
    private Path contactSheet;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "train",
            description = "Split of the contact sheet, train or validation.")
    private Split split;

    @Option(
            names = "--classes",
            paramLabel = "N",
            defaultValue = "20",
            description = "Classes on the contact sheet, spread over all.")
    private int classes;

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "8",
            description = "Images of each class on the contact sheet.")
    private int samples;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Mixin
    private SparkOptions sparkOptions;

    @Override
    public Integer call() throws IOException {
        if (classes < 1 || samples < 1) {
            throw new UsageException("--classes and --samples must be positive");
        }
        Optional<OutputFile> sheet =
                Optional.ofNullable(contactSheet).map(path -> new OutputFile("--contact-sheet", path));
        sheet.ifPresent(OutputFile::requirePossible);
        Configuration hadoop = SparkOptions.hadoopConfiguration();
        PreparedData prepared = PreparedData.open(hadoop, SparkOptions.path(hadoop, directory));
        try (SparkSession session = sparkOptions.start("dcd inspect " + directory)) {
            InspectJob job = new InspectJob(JavaSparkContext.fromSparkContext(session.sparkContext()), prepared);
            DataReport report = DataReport.of(prepared, job::shorterSides);
            if (json) {
                Json.print(spec, report);
            } else {
                report.print(spec.commandLine().getOut());
            }
            if (sheet.isPresent()) {
                sheet.get().write(job.contactSheet(split, classes, samples));
                spec.commandLine().getErr().println("wrote " + contactSheet);
            }
        }
        return ExitCode.DONE.code();
    }
}
