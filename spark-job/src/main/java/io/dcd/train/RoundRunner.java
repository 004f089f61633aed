package io.dcd.train;

import io.dcd.engine.graph.Parameter;
import io.dcd.model.network.AttentionTemperature;
import io.dcd.settings.Settings;
import io.dcd.settings.TrainingSettings;
import io.dcd.train.checkpoint.ModelState;
import io.dcd.train.checkpoint.Progress;
import io.dcd.train.exchange.Exchange;
import io.dcd.train.exchange.RoundMean;
import io.dcd.train.order.EpochPlan;
import io.dcd.train.order.RunPlan;
import io.dcd.vector.Vectors;
import io.dcd.worker.Round;
import io.dcd.worker.RoundStart;
import io.dcd.worker.TrainingSpec;
import io.dcd.worker.WorkerReadings;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** Runs rounds on Spark: parameters out, workers train, parameters and velocity back, mean. */
final class RoundRunner {
    private static final double NANOSECONDS = 1e-9;

    private final JavaSparkContext spark;
    private final RunPlan plan;
    private final TrainingSettings settings;
    private final LearningRate learningRate;
    private final AttentionTemperature temperature;
    private final OuterStep outerStep;
    private final MovingAverage movingAverage;
    private final Exchange exchange;

    RoundRunner(JavaSparkContext spark, TrainingSpec spec, Settings settings) {
        this.spark = spark;
        this.plan = spec.plan();
        this.settings = settings.training();
        this.learningRate = new LearningRate(settings.training(), plan.stepsPerEpoch());
        List<Parameter> parameters = spec.network().graph().parameters();
        this.temperature = new AttentionTemperature(
                parameters,
                settings.training().attentionTemperature(),
                settings.training().attentionTemperatureEpochs());
        this.outerStep = new OuterStep(settings.averaging(), parameters);
        this.movingAverage = new MovingAverage(settings.averaging().movingAverageDecay());
        this.exchange = new Exchange(spark, spec, settings.averaging());
    }

    /** The state after a round, and what it was like. */
    record Outcome(ModelState state, RoundReport report) {}

    /**
     * Runs the round that comes next.
     *
     * @param workers the numbers of the workers, one partition each
     * @throws DivergedException if a worker or the mean is not finite; the state given stays the good one
     */
    Outcome run(ModelState state, JavaRDD<String> workers) {
        long begin = System.nanoTime();
        Progress progress = state.progress();
        EpochPlan steps = plan.epoch(progress.epoch());
        spark.setJobDescription("epoch %d of %d, round %d of %d"
                .formatted(progress.epoch() + 1, settings.epochs(), progress.round() + 1, steps.rounds()));
        RoundMean mean = exchange.run(round(progress), start(state), workers);
        requireFinite(mean.readings(), progress);
        requireFinite(mean.parameters(), progress);
        ModelState next = next(state, mean, steps);
        requireFinite(next.parameters(), progress);
        double seconds = (System.nanoTime() - begin) * NANOSECONDS;
        return new Outcome(next, report(progress, mean, seconds));
    }

    private ModelState next(ModelState before, RoundMean mean, EpochPlan steps) {
        int round = before.progress().round();
        Progress progress =
                before.progress().after(steps.steps(round), steps.samples(round), round + 1 == steps.rounds());
        float[] parameters = mean.parameters();
        float[] step = outerStep.take(before.parameters(), parameters, before.outerStep());
        float[] average = movingAverage.next(before, parameters, progress.step());
        return new ModelState(
                progress,
                parameters,
                mean.velocity(),
                step,
                average.length == 0
                        ? average
                        : temperature.during(before.progress().epoch(), average));
    }

    private Round round(Progress progress) {
        double[] rates = new double[plan.epoch(progress.epoch()).steps(progress.round())];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = learningRate.at(progress.step() + i) * progress.rateFactor();
        }
        return new Round(progress.epoch(), progress.round(), progress.step(), rates, settings.mixup(progress.epoch()));
    }

    private RoundStart start(ModelState state) {
        return new RoundStart(
                Vectors.toBytes(temperature.during(state.progress().epoch(), state.parameters())),
                Vectors.toBytes(state.velocity()));
    }

    private RoundReport report(Progress before, RoundMean mean, double seconds) {
        List<WorkerReadings> readings = mean.readings();
        long samples = readings.stream().mapToLong(WorkerReadings::samples).sum();
        long step = before.step() + plan.epoch(before.epoch()).steps(before.round());
        double busiest = readings.stream()
                .collect(Collectors.groupingBy(WorkerReadings::slot, Collectors.summingDouble(WorkerReadings::seconds)))
                .values()
                .stream()
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0);
        return new RoundReport(
                before.epoch(),
                before.round(),
                step,
                learningRate.at(step - 1) * before.rateFactor(),
                readings.stream().mapToDouble(WorkerReadings::loss).sum() / samples,
                readings.stream()
                        .mapToDouble(WorkerReadings::gradientNorm)
                        .max()
                        .orElse(0),
                mean(readings, each -> (double) each.clippedSteps() / each.steps()),
                samples,
                seconds,
                mean(readings, WorkerReadings::computeSeconds),
                mean(readings, WorkerReadings::waitSeconds),
                seconds - busiest,
                mean.sentBytes(),
                mean.returnedBytes());
    }

    private static double mean(List<WorkerReadings> readings, ToDoubleFunction<WorkerReadings> reading) {
        return readings.stream().mapToDouble(reading).average().orElse(0);
    }

    private static void requireFinite(List<WorkerReadings> readings, Progress progress) {
        for (WorkerReadings result : readings) {
            if (result.diverged()) {
                throw diverged(
                        progress,
                        "the loss or a gradient of worker %d is not finite after %d steps"
                                .formatted(result.worker(), result.steps()));
            }
        }
    }

    private static void requireFinite(float[] parameters, Progress progress) {
        for (float parameter : parameters) {
            if (!Float.isFinite(parameter)) {
                throw diverged(progress, "a parameter is not finite");
            }
        }
    }

    private static DivergedException diverged(Progress progress, String what) {
        return new DivergedException("training diverged in epoch %d, round %d: %s; the round is rejected"
                .formatted(progress.epoch() + 1, progress.round() + 1, what));
    }
}
