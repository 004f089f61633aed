package io.dcd.cli;

import io.dcd.data.PreparedData;
import io.dcd.doctor.Doctor;
import io.dcd.doctor.Job;
import io.dcd.settings.Settings;
import io.dcd.train.RunDirectory;
import io.dcd.train.SparkMetrics;
import io.dcd.train.Summary;
import io.dcd.train.TrainingJob;
import io.dcd.train.TrainingListener;
import io.dcd.train.checkpoint.RunIdentity;
import io.dcd.worker.NetworkSpec;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dcd train}. */
@Command(
        name = "train",
        description = {
            "Trains a network on prepared data by averaging the parameters of W logical workers.",
            "",
            "A run directory that has checkpoints is resumed, with the settings stored there."
        })
final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "Directory that `dcd prep` wrote.")
    private String data;

    @Option(
            names = "--run",
            required = true,
            paramLabel = "DIR",
            description = "Run directory: settings, metrics, checkpoints and summary.")
    private String run;

    @Option(names = "--json", description = "Print the summary as JSON.")
    private boolean json;

    @Mixin
    private TrainingOptions trainingOptions;

    @Mixin
    private SparkOptions sparkOptions;

    @Override
    public Integer call() {
        Configuration hadoop = SparkOptions.hadoopConfiguration();
        RunDirectory directory = RunDirectory.at(hadoop, SparkOptions.path(hadoop, run));
        Settings settings = trainingOptions.settings(Optional.of(directory));
        Set<String> allowedChanges = trainingOptions.allowedChanges(settings);
        PreparedData prepared = PreparedData.open(hadoop, SparkOptions.path(hadoop, data));
        // Refuses an unknown network before a cluster is asked for.
        NetworkSpec wanted = NetworkSpec.of(
                settings.network(),
                settings.data().imageSize(),
                prepared.classIndex().size());
        wanted.configuration();
        Doctor doctor = new Doctor(Job.training(settings, wanted));
        Checkup checkup = new Checkup(spec.commandLine().getErr());
        checkup.heed(doctor.examineData(hadoop, prepared));
        checkup.heed(doctor.examineRun(hadoop, directory.path()));
        checkup.heed(
                doctor.examineCheckpoint(directory, Optional.of(RunIdentity.of(prepared, settings)), allowedChanges));
        try (SparkSession session =
                        sparkOptions.start("dcd train " + settings.network().name());
                ConsoleTrainingListener console =
                        new ConsoleTrainingListener(spec.commandLine().getErr());
                SparkMetrics metrics = SparkMetrics.register()) {
            JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
            checkup.heed(doctor.examineCluster(spark));
            TrainingJob job = new TrainingJob(
                            spark, settings, prepared, directory, TrainingListener.all(List.of(console, metrics)))
                    .withAllowedChanges(allowedChanges);
            StopSignals.first(() -> {
                console.stopping();
                job.stop();
            });
            Optional<Summary> summary = job.run();
            summary.ifPresent(each -> print(each, directory));
            return (summary.isPresent() ? ExitCode.DONE : ExitCode.STOPPED).code();
        }
    }

    private void print(Summary summary, RunDirectory directory) {
        if (json) {
            Json.print(spec, summary);
            return;
        }
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%s after %d epochs: top-1 %.2f %%, top-5 %.2f %% of %d images, in %.0f s; %s%n",
                        summary.network(),
                        summary.epochs(),
                        summary.top1(),
                        summary.top5(),
                        summary.images(),
                        summary.seconds(),
                        directory.path());
    }
}
