package io.dcd.cli;

import io.dcd.data.DataException;
import io.dcd.data.PreparedData;
import io.dcd.data.prepare.VerifyJob;
import java.util.Locale;
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

/** {@code dcd verify}: reads prepared data again and compares everything with its manifest. */
@Command(
        name = "verify",
        description = {
            "Reads prepared data again: every shard's SHA-256, every image's SHA-256, size and label, every count; names what differs from "
                    + "the manifest, and files that do not belong there."
        })
final class VerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Directory that `dcd prep` wrote.")
    private String directory;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Mixin
    private SparkOptions sparkOptions;

    @Override
    public Integer call() {
        Configuration hadoop = SparkOptions.hadoopConfiguration();
        PreparedData prepared = PreparedData.open(hadoop, SparkOptions.path(hadoop, directory));
        VerifyJob.Report report = verify(prepared);
        if (json) {
            Json.print(spec, report);
        } else {
            report.problems().forEach(spec.commandLine().getOut()::println);
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "%s: %,d images in %,d shards, %,.1f MiB read; fingerprint %s%n",
                            report.sound() ? "sound" : "NOT SOUND",
                            report.images(),
                            report.shards(),
                            report.bytes() / (double) (1 << 20),
                            prepared.fingerprint());
        }
        if (!report.sound()) {
            int more = report.problems().size() - 1;
            throw new DataException(prepared.directory() + " is not what its manifest says: "
                    + report.problems().get(0) + (more == 0 ? "" : " (and " + more + " more)")
                    + "; remove what is named and run the same `dcd prep` again");
        }
        return ExitCode.DONE.code();
    }

    private VerifyJob.Report verify(PreparedData prepared) {
        try (SparkSession session = sparkOptions.start("dcd verify " + directory);
                DataProgress progress = new DataProgress(spec.commandLine().getErr())) {
            JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
            return new VerifyJob(spark, prepared, progress).run();
        }
    }
}
