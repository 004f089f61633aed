package io.dcd.cli;

import io.dcd.data.PreparedData;
import io.dcd.data.Split;
import io.dcd.doctor.Doctor;
import io.dcd.doctor.Job;
import io.dcd.evaluate.EvaluationReport;
import io.dcd.evaluate.Evaluator;
import io.dcd.settings.Settings;
import io.dcd.train.checkpoint.Checkpoint;
import io.dcd.vector.Vectors;
import io.dcd.worker.DataSpec;
import io.dcd.worker.EngineSpec;
import io.dcd.worker.EvaluationSpec;
import io.dcd.worker.NetworkSpec;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dcd evaluate}. */
@Command(
        name = "evaluate",
        description = "Counts top-1 and top-5 of a run's newest checkpoint over the whole validation split.")
final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "Directory that `dcd prep` wrote.")
    private String data;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Mixin
    private StoredRunOptions storedRun;

    @Mixin
    private SparkOptions sparkOptions;

    private record Result(
            String network,
            long step,
            double top1,
            double top5,
            double loss,
            long images,
            double seconds,
            String parametersSha256) {}

    @Override
    public Integer call() {
        Configuration hadoop = SparkOptions.hadoopConfiguration();
        StoredRun stored = storedRun.open(hadoop);
        Settings settings = stored.settings();
        Checkpoint checkpoint = stored.checkpoint();
        PreparedData prepared = PreparedData.open(hadoop, SparkOptions.path(hadoop, data));
        stored.requireClassesOf(prepared);
        NetworkSpec network = stored.network();
        Doctor doctor = new Doctor(Job.evaluation(settings, network));
        Checkup checkup = new Checkup(spec.commandLine().getErr());
        checkup.heed(doctor.examineData(hadoop, prepared));
        EvaluationSpec evaluation = new EvaluationSpec(
                network,
                DataSpec.of(
                        settings.data(),
                        prepared.directory().toString(),
                        prepared.split(Split.VALIDATION).rowGroups()),
                EngineSpec.of(settings.engine()),
                settings.evaluation().batch());
        try (SparkSession session = sparkOptions.start("dcd evaluate " + network.name())) {
            JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
            checkup.heed(doctor.examineCluster(spark));
            float[] parameters = stored.parameters();
            print(network, checkpoint, parameters, new Evaluator(spark, evaluation).evaluate(parameters));
        }
        return ExitCode.DONE.code();
    }

    private void print(NetworkSpec network, Checkpoint checkpoint, float[] parameters, EvaluationReport report) {
        Result result = new Result(
                network.name(),
                checkpoint.progress().step(),
                report.top1(),
                report.top5(),
                report.loss(),
                report.counts().images(),
                report.seconds(),
                Vectors.sha256(parameters));
        if (json) {
            Json.print(spec, result);
            return;
        }
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%s at step %d: top-1 %.2f %%, top-5 %.2f %%, loss %.4f on %d images, in %.1f s%n",
                        result.network(),
                        result.step(),
                        result.top1(),
                        result.top5(),
                        result.loss(),
                        result.images(),
                        result.seconds());
    }
}
