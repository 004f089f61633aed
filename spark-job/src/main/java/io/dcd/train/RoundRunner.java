package io.dcd.train;

import io.dcd.model.network.AttentionTemperature;
import io.dcd.settings.TrainingSettings;
import io.dcd.train.checkpoint.Progress;
import io.dcd.train.order.EpochPlan;
import io.dcd.vector.Vectors;
import io.dcd.vector.WeightedMean;
import io.dcd.worker.Round;
import io.dcd.worker.TrainingSpec;
import io.dcd.worker.WorkerResult;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** Runs rounds on Spark: parameters out, workers train, parameters and velocity back, mean. */
final class RoundRunner implements AutoCloseable {
    private static final double NANOSECONDS = 1e-9;

    private final JavaSparkContext spark;
    private final EpochPlan steps;
    private final TrainingSettings settings;
    private final LearningRate learningRate;
    private final AttentionTemperature temperature;
    private final Broadcast<TrainingSpec> spec;
    private final Broadcast<SerializableConfiguration> configuration;

    RoundRunner(JavaSparkContext spark, TrainingSpec spec, TrainingSettings settings) {
        this.spark = spark;
        this.steps = spec.steps();
        this.settings = settings;
        this.learningRate = new LearningRate(settings, steps.steps());
        this.temperature = new AttentionTemperature(spec.network().graph().parameters());
        this.spec = spark.broadcast(spec);
        this.configuration = spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
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
        spark.setJobDescription("epoch %d of %d, round %d of %d"
                .formatted(progress.epoch() + 1, settings.epochs(), progress.round() + 1, steps.rounds()));
        Broadcast<Round> round = spark.broadcast(round(state));
        List<WorkerResult> results;
        try {
            results = workers.mapPartitions(new RoundTask(spec, configuration, round))
                    .collect();
        } finally {
            round.destroy();
        }
        results = results.stream()
                .sorted(Comparator.comparingInt(WorkerResult::worker))
                .toList();
        requireFinite(results, progress);
        float[] parameters = mean(results, WorkerResult::parameters, state.parameters().length);
        float[] velocity = mean(results, WorkerResult::velocity, state.velocity().length);
        requireFinite(parameters, progress);
        ModelState next = new ModelState(after(progress), parameters, velocity);
        double seconds = (System.nanoTime() - begin) * NANOSECONDS;
        return new Outcome(next, report(progress, results, seconds));
    }

    private Round round(ModelState state) {
        Progress progress = state.progress();
        double[] rates = new double[steps.steps(progress.round())];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = learningRate.at(progress.step() + i) * progress.rateFactor();
        }
        return new Round(
                progress.epoch(),
                progress.round(),
                progress.step(),
                rates,
                settings.mixup(progress.epoch()),
                Vectors.toBytes(temperature.during(progress.epoch(), state.parameters())),
                Vectors.toBytes(state.velocity()));
    }

    private Progress after(Progress before) {
        int round = before.round();
        return before.after(steps.steps(round), steps.samples(round), round + 1 == steps.rounds());
    }

    private RoundReport report(Progress before, List<WorkerResult> results, double seconds) {
        long samples = results.stream().mapToLong(WorkerResult::samples).sum();
        long step = before.step() + steps.steps(before.round());
        double busiest = results.stream()
                .collect(Collectors.groupingBy(WorkerResult::slot, Collectors.summingDouble(WorkerResult::seconds)))
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
                results.stream().mapToDouble(WorkerResult::loss).sum() / samples,
                results.stream().mapToDouble(WorkerResult::gradientNorm).max().orElse(0),
                results.stream()
                        .mapToDouble(result -> (double) result.clippedSteps() / result.steps())
                        .average()
                        .orElse(0),
                samples,
                seconds,
                results.stream()
                        .mapToDouble(WorkerResult::computeSeconds)
                        .average()
                        .orElse(0),
                results.stream()
                        .mapToDouble(WorkerResult::waitSeconds)
                        .average()
                        .orElse(0),
                seconds - busiest);
    }

    private static float[] mean(List<WorkerResult> results, Function<WorkerResult, byte[]> vector, int elements) {
        WeightedMean mean = new WeightedMean(elements);
        for (WorkerResult result : results) {
            mean.add(
                    ByteBuffer.wrap(vector.apply(result))
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .asFloatBuffer(),
                    result.samples());
        }
        return mean.mean();
    }

    private static void requireFinite(List<WorkerResult> results, Progress progress) {
        for (WorkerResult result : results) {
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
        return new DivergedException(
                ("training diverged in epoch %d, round %d: %s; the round is rejected and the last checkpoint stands."
                                + " Lower training.learning-rate, raise training.warm-up-epochs, or set divergence.retries")
                        .formatted(progress.epoch() + 1, progress.round() + 1, what));
    }

    @Override
    public void close() {
        spec.destroy();
        configuration.destroy();
    }
}
