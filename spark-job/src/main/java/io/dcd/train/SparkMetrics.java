package io.dcd.train;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.dcd.evaluate.EvaluationReport;
import io.dcd.train.checkpoint.Progress;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;

/**
 * The run's newest readings as gauges of Spark's metrics system, under {@code <application>.driver.dcd.*}: whatever sinks the cluster
 * has configured (JMX, Graphite, Prometheus, CSV) show them.
 */
public final class SparkMetrics implements Source, TrainingListener, AutoCloseable {
    private static final List<String> NAMES = List.of(
            "step",
            "epoch",
            "rollbacks",
            "loss",
            "learning_rate",
            "gradient_norm",
            "images_per_second",
            "compute_seconds",
            "wait_seconds",
            "exchange_seconds",
            "top1",
            "top5");

    private final MetricRegistry registry = new MetricRegistry();
    private final ConcurrentHashMap<String, Double> readings = new ConcurrentHashMap<>();

    private SparkMetrics() {
        for (String name : NAMES) {
            registry.register(name, (Gauge<Double>) () -> readings.getOrDefault(name, Double.NaN));
        }
    }

    /** Registers with the Spark application of this process. */
    public static SparkMetrics register() {
        SparkMetrics metrics = new SparkMetrics();
        SparkEnv.get().metricsSystem().registerSource(metrics);
        return metrics;
    }

    @Override
    public String sourceName() {
        return "dcd";
    }

    @Override
    public MetricRegistry metricRegistry() {
        return registry;
    }

    @Override
    public void started(Start start) {
        set(start.progress());
    }

    @Override
    public void trained(RoundReport round) {
        readings.put("step", (double) round.step());
        readings.put("epoch", (double) round.epoch());
        readings.put("loss", round.loss());
        readings.put("learning_rate", round.learningRate());
        readings.put("gradient_norm", round.gradientNorm());
        readings.put("images_per_second", round.imagesPerSecond());
        readings.put("compute_seconds", round.computeSeconds());
        readings.put("wait_seconds", round.waitSeconds());
        readings.put("exchange_seconds", round.exchangeSeconds());
    }

    @Override
    public void evaluated(Progress progress, EvaluationReport report) {
        readings.put("top1", report.top1());
        readings.put("top5", report.top5());
    }

    @Override
    public void saved(Progress progress) {}

    @Override
    public void rolledBack(Progress progress, DivergedException reason) {
        set(progress);
    }

    @Override
    public void close() {
        SparkEnv environment = SparkEnv.get();
        if (environment != null) {
            environment.metricsSystem().removeSource(this);
        }
    }

    private void set(Progress progress) {
        readings.put("step", (double) progress.step());
        readings.put("epoch", (double) progress.epoch());
        readings.put("rollbacks", (double) progress.rollbacks());
    }
}
