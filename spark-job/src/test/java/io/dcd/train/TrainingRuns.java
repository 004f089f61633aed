package io.dcd.train;

import io.dcd.data.PreparedData;
import io.dcd.evaluate.EvaluationReport;
import io.dcd.settings.SettingsLoader;
import io.dcd.train.checkpoint.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Starts little training runs. */
final class TrainingRuns {
    private TrainingRuns() {}

    static JavaSparkContext spark(String master) {
        return new JavaSparkContext(
                new SparkConf().setMaster(master).setAppName("training runs").set("spark.ui.enabled", "false"));
    }

    /** A cluster of processes: so many executors of one core each, started by Spark's own master and worker. */
    static JavaSparkContext cluster(int executors) throws IOException {
        return cluster(executors, Map.of());
    }

    static JavaSparkContext cluster(int executors, Map<String, String> properties) throws IOException {
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        SparkConf conf = new SparkConf()
                .setMaster("local-cluster[%d,1,1024]".formatted(executors))
                .setAppName("training runs")
                .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .set(
                        "spark.executor.extraJavaOptions",
                        "--add-modules=jdk.incubator.vector -Dlog4j2.configurationFile=log4j2-test.properties")
                .set("spark.executorEnv.OMP_NUM_THREADS", "1")
                .set("spark.scheduler.minRegisteredResourcesRatio", "1")
                .set("spark.scheduler.maxRegisteredResourcesWaitingTime", "10min")
                .set("spark.ui.enabled", "false");
        properties.forEach(conf::set);
        return new JavaSparkContext(conf);
    }

    /** Two epochs of three rounds of at most two steps of 3 workers with batch 6, unless {@code assignments} say otherwise. */
    static Summary train(JavaSparkContext spark, PreparedData data, Path run, String... assignments) {
        return train(spark, data, run, new RecordingListener(), assignments);
    }

    static Summary train(
            JavaSparkContext spark, PreparedData data, Path run, TrainingListener listener, String... assignments) {
        RunDirectory directory = RunDirectory.at(new Configuration(), new org.apache.hadoop.fs.Path(run.toUri()));
        return train(spark, data, directory, listener, assignments);
    }

    static Summary train(
            JavaSparkContext spark,
            PreparedData data,
            RunDirectory directory,
            TrainingListener listener,
            String... assignments) {
        return job(spark, data, directory, listener, assignments).run().orElseThrow();
    }

    static TrainingJob job(
            JavaSparkContext spark,
            PreparedData data,
            RunDirectory directory,
            TrainingListener listener,
            String... assignments) {
        SettingsLoader loader = new SettingsLoader().text("""
                        network { name = mobilenetv2-x0.35-static, dropout = 0.2 }
                        data.image-size = 32
                        training { epochs = 2, workers = 3, batch = 6, steps-per-round = 2, learning-rate = 0.05 }
                        evaluation.batch = 8
                        checkpoint.keep = 100
                        """, "the test");
        for (String assignment : assignments) {
            loader.assignment(assignment);
        }
        return new TrainingJob(spark, loader.load(), data, directory, listener);
    }

    /** Notes what it is told. */
    static class RecordingListener implements TrainingListener {
        final List<RoundReport> rounds = new ArrayList<>();
        final List<EvaluationReport> evaluations = new ArrayList<>();
        final List<Progress> saves = new ArrayList<>();
        final List<Progress> rollbacks = new ArrayList<>();

        @Override
        public void started(Start start) {}

        @Override
        public void trained(RoundReport round) {
            rounds.add(round);
        }

        @Override
        public void evaluated(Progress progress, EvaluationReport report) {
            evaluations.add(report);
        }

        @Override
        public void saved(Progress progress) {
            saves.add(progress);
        }

        @Override
        public void rolledBack(Progress progress, DivergedException reason) {
            rollbacks.add(progress);
        }
    }
}
