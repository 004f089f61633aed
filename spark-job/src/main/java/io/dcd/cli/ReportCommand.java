package io.dcd.cli;

import io.dcd.report.HtmlReport;
import io.dcd.report.RunRecord;
import io.dcd.train.RunDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
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

    @Override
    public Integer call() throws IOException {
        OutputFile page = new OutputFile("--output", output);
        Optional<OutputFile> curves = Optional.ofNullable(picture).map(path -> new OutputFile("--picture", path));
        page.requirePossible();
        curves.ifPresent(OutputFile::requirePossible);
        Configuration hadoop = SparkOptions.hadoopConfiguration();
        HtmlReport report = new HtmlReport(records(hadoop));
        write(page, report.html());
        if (curves.isPresent()) {
            write(curves.get(), report.picture());
        }
        return ExitCode.DONE.code();
    }

    /** Directories of one name are told apart by what the user called them. */
    private List<RunRecord> records(Configuration hadoop) {
        List<RunRecord> records = runs.stream()
                .map(run -> RunRecord.of(RunDirectory.at(hadoop, SparkOptions.path(hadoop, run))))
                .toList();
        if (records.stream().map(RunRecord::name).distinct().count() == records.size()) {
            return records;
        }
        return IntStream.range(0, records.size())
                .mapToObj(i -> records.get(i).named(runs.get(i)))
                .toList();
    }

    private void write(OutputFile file, String text) throws IOException {
        file.write(text.getBytes(StandardCharsets.UTF_8));
        spec.commandLine().getOut().println(file.path());
    }
}
