package io.dcd.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.evaluate.EvaluationReport;
import io.dcd.train.checkpoint.Progress;
import io.dcd.worker.EvaluationCounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkMetricsTest {
    @TempDir
    private Path directory;

    @Test
    void readingsReachTheSinksOfTheCluster() throws IOException {
        SparkConf conf = new SparkConf()
                .setMaster("local[1]")
                .setAppName("metrics")
                .set("spark.ui.enabled", "false")
                .set("spark.metrics.conf.*.sink.csv.class", "org.apache.spark.metrics.sink.CsvSink")
                .set("spark.metrics.conf.*.sink.csv.directory", directory.toString());
        String application;
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            application = spark.sc().applicationId();
            SparkMetrics metrics = SparkMetrics.register();
            metrics.evaluated(Progress.START, new EvaluationReport(new EvaluationCounts(40, 10, 25, 80.0), 1));
        }
        // Spark reports once more when it stops.
        assertThat(Files.readAllLines(directory.resolve(application + ".driver.dcd.top1.csv")))
                .last()
                .asString()
                .endsWith(",25.0");
        assertThat(directory.resolve(application + ".driver.dcd.loss.csv")).exists();
    }
}
