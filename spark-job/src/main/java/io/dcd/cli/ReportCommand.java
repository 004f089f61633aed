package io.dcd.cli;

import io.dcd.report.HtmlReport;
import io.dcd.report.RunRecord;
import io.dcd.train.RunDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dcd report}. */
@Command(
        name = "report",
        description =
                "Writes one self-contained HTML page about runs, finished or going on: curves, figures, settings.")
final class ReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "RUN", description = "Run directories that `dcd train` wrote.")
    private List<String> runs;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            defaultValue = "report.html",
            description = "The page; an older one is replaced.")
    private Path output;

    @Option(
            names = "--picture",
            paramLabel = "FILE",
            description = "Also write the learning curves alone, as an SVG picture.")
    private Path picture;

    @Mixin
    private SparkOptions sparkOptions;

    @Override
    public Integer call() throws IOException {
        Configuration hadoop = sparkOptions.hadoopConfiguration();
        List<RunRecord> records = runs.stream()
                .map(run -> RunRecord.of(RunDirectory.at(hadoop, SparkOptions.path(hadoop, run))))
                .toList();
        HtmlReport report = new HtmlReport(records);
        Files.writeString(output, report.html(), StandardCharsets.UTF_8);
        spec.commandLine().getOut().println(output);
        if (picture != null) {
            Files.writeString(picture, report.picture(), StandardCharsets.UTF_8);
            spec.commandLine().getOut().println(picture);
        }
        return ExitCode.DONE.code();
    }
}
