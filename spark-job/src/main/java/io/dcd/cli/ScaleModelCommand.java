package io.dcd.cli;

import io.dcd.report.RunRecord;
import io.dcd.scale.RoundModel;
import io.dcd.scale.RoundModel.Network;
import io.dcd.scale.RoundModel.Place;
import io.dcd.scale.RoundModel.Prediction;
import io.dcd.scale.RoundTimes;
import io.dcd.train.RunDirectory;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dcd scale-model}. */
@Command(
        name = "scale-model",
        description = {
            "Predicts a round on other numbers of executors from what the rounds of runs have taken.",
            "",
            "Several runs of different sizes (networks, workers) tell what an exchange costs at all from what it costs a byte."
        })
final class ScaleModelCommand implements Callable<Integer> {
    private static final double GIGABIT_BYTES = 1e9 / 8;
    private static final double MILLISECONDS = 1e-3;

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "RUN",
            description = "Run directories that `dcd train` wrote; the last one's work is what is predicted.")
    private List<String> runs;

    @Option(
            names = "--executors",
            paramLabel = "N",
            split = ",",
            defaultValue = "8,64,512",
            description = "Numbers of executors, separated by commas.")
    private List<Integer> executors;

    @Option(
            names = "--workers-per-executor",
            paramLabel = "N",
            defaultValue = "1",
            description = "Workers that each executor runs one after the other.")
    private int workersPerExecutor;

    @Option(
            names = "--link",
            paramLabel = "GBIT",
            defaultValue = "10",
            description = "Speed of a machine's network link, in Gbit/s.")
    private double link;

    @Option(
            names = "--hop",
            paramLabel = "MS",
            defaultValue = "1",
            description = "A message between machines, or the start of a task, in milliseconds.")
    private double hop;

    @Option(names = "--json", description = "Print measurements, model, assumptions and predictions as JSON.")
    private boolean json;

    private record Result(
            List<RoundTimes> measured, RoundModel model, List<String> assumptions, List<Prediction> predictions) {}

    @Override
    public Integer call() {
        if (!(link > 0) || !(hop >= 0)) {
            throw new UsageException("--link must be positive, --hop not negative");
        }
        if (workersPerExecutor < 1 || executors.stream().anyMatch(each -> each < 1)) {
            throw new UsageException("--executors and --workers-per-executor must be at least 1");
        }
        Configuration hadoop = SparkOptions.hadoopConfiguration();
        List<RoundTimes> measured = runs.stream()
                .map(run -> RunDirectory.at(hadoop, SparkOptions.path(hadoop, run)))
                .map(directory -> RoundTimes.of(RunRecord.of(directory)))
                .toList();
        RoundModel model = RoundModel.fit(measured, new Network(link * GIGABIT_BYTES, hop * MILLISECONDS));
        List<Prediction> predictions = new ArrayList<>();
        for (int count : executors) {
            Arrays.stream(Place.values())
                    .map(place -> model.predict(count, workersPerExecutor, place))
                    .forEach(predictions::add);
        }
        Result result = new Result(measured, model, assumptions(measured), predictions);
        if (json) {
            Json.print(spec, result);
        } else {
            print(result);
        }
        return ExitCode.DONE.code();
    }

    private List<String> assumptions(List<RoundTimes> measured) {
        List<String> assumptions = new ArrayList<>();
        assumptions.add(
                "each executor runs its workers (%d) one after the other, on a machine as fast as the measured one, and reads its images as fast"
                        .formatted(workersPerExecutor));
        assumptions.add("the workers' times spread normally: the slowest of E comes σ·√(2 ln E) after the mean");
        assumptions.add("links of %s Gbit/s that nothing else uses; the driver has one such link".formatted(link));
        assumptions.add("a message or the start of a task takes %s ms".formatted(hop));
        if (measured.stream()
                        .mapToDouble(run -> (double) run.workers() * run.returnedBytes())
                        .distinct()
                        .count()
                < 2) {
            assumptions.add(
                    "all measured exchange grows with its bytes (runs of one size cannot tell): the worst case");
        }
        assumptions.add("no executor is lost; checkpoints and evaluations are not counted");
        return assumptions;
    }

    private void print(Result result) {
        PrintWriter out = spec.commandLine().getOut();
        for (RoundTimes run : result.measured()) {
            out.printf(
                    Locale.ROOT,
                    "%s: %d rounds of %d workers in %d waves: worker %.3f s, slowest +%.3f s, exchange %.3f s of %.1f MB each%n",
                    run.run(),
                    run.rounds(),
                    run.workers(),
                    run.waves(),
                    run.workerSeconds(),
                    run.slackSeconds(),
                    run.exchangeSeconds(),
                    run.returnedBytes() / 1e6);
        }
        RoundModel model = result.model();
        out.printf(
                Locale.ROOT,
                "fitted: c = %.3f s, σ = %.3f s, a = %.3f s, b = %.3g s/MB%n%n",
                model.computeSeconds(),
                model.spreadSeconds(),
                model.fixedSeconds(),
                model.secondsPerByte() * 1e6);
        out.println("executors  mean on     compute  slowest  broadcast  aggregation  round, s  images/s  efficiency");
        for (Prediction each : result.predictions()) {
            out.printf(
                    Locale.ROOT,
                    "%9d  %-10s %8.3f %8.3f %10.3f %12.3f %9.3f %,9.0f %9.1f %%%n",
                    each.executors(),
                    each.place().name().toLowerCase(Locale.ROOT),
                    each.computeSeconds(),
                    each.stragglerSeconds(),
                    each.broadcastSeconds(),
                    each.aggregationSeconds(),
                    each.seconds(),
                    each.imagesPerSecond(),
                    100 * each.efficiency());
        }
        out.println("\nassumed:");
        result.assumptions().forEach(each -> out.println("- " + each));
        out.flush();
    }
}
