package io.dcd.cli;

import io.dcd.data.PreparedData;
import io.dcd.doctor.Doctor;
import io.dcd.doctor.Finding;
import io.dcd.doctor.Job;
import io.dcd.settings.Settings;
import io.dcd.train.RunDirectory;
import io.dcd.train.checkpoint.RunIdentity;
import io.dcd.worker.NetworkSpec;
import java.io.PrintWriter;
import java.util.ArrayList;
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

/** {@code dcd doctor}. */
@Command(
        name = "doctor",
        description = {
            "Examines whether `dcd train` with the same options can run.",
            "",
            "Looks at executors, libraries, memory and threads; with --data at the shards, with --run at the rights and the room there, and at the"
                    + " newest checkpoint. Every job does so before it begins. The exit code is 0, with or without warnings, or that of the first refusal."
        })
final class DoctorCommand implements Callable<Integer> {
    /** Classes of ImageNet, where no data says otherwise. */
    private static final int USUAL_CLASSES = 1000;

    @Spec
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", description = "Directory that `dcd prep` wrote.")
    private String data;

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description =
                    "Run directory that is to be written; need not exist. If the run has begun, its settings are examined.")
    private String run;

    @Option(names = "--json", description = "Print the findings as JSON.")
    private boolean json;

    @Mixin
    private TrainingOptions trainingOptions;

    @Mixin
    private SparkOptions sparkOptions;

    @Override
    public Integer call() {
        Configuration hadoop = SparkOptions.hadoopConfiguration();
        Optional<RunDirectory> directory =
                Optional.ofNullable(run).map(path -> RunDirectory.at(hadoop, SparkOptions.path(hadoop, path)));
        List<Finding> findings = examine(hadoop, directory);
        if (json) {
            Json.print(spec, findings);
        } else {
            print(findings);
        }
        Doctor.refuse(findings);
        return ExitCode.DONE.code();
    }

    private List<Finding> examine(Configuration hadoop, Optional<RunDirectory> directory) {
        Settings settings = trainingOptions.settings(directory);
        Set<String> allowedChanges = trainingOptions.allowedChanges(settings);
        Optional<PreparedData> prepared =
                Optional.ofNullable(data).map(path -> PreparedData.open(hadoop, SparkOptions.path(hadoop, path)));
        int classes = prepared.map(each -> each.classIndex().size()).orElse(USUAL_CLASSES);
        NetworkSpec examined =
                NetworkSpec.of(settings.network(), settings.data().imageSize(), classes);
        Doctor doctor = new Doctor(Job.training(settings, examined));
        List<Finding> findings = new ArrayList<>();
        prepared.ifPresent(each -> findings.addAll(doctor.examineData(hadoop, each)));
        directory.ifPresent(each -> {
            findings.addAll(doctor.examineRun(hadoop, each.path()));
            findings.addAll(doctor.examineCheckpoint(
                    each, prepared.map(images -> RunIdentity.of(images, settings)), allowedChanges));
        });
        try (SparkSession session = sparkOptions.start("dcd doctor")) {
            findings.addAll(doctor.examineCluster(JavaSparkContext.fromSparkContext(session.sparkContext())));
        }
        return findings;
    }

    private void print(List<Finding> findings) {
        PrintWriter out = spec.commandLine().getOut();
        for (Finding finding : findings) {
            String level = finding.level().name().toLowerCase(Locale.ROOT);
            out.printf("%-8s %-26s %s%n", level, finding.subject(), finding.message());
        }
        out.flush();
    }
}
