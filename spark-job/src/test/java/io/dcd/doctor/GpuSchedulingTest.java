package io.dcd.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.settings.Settings;
import io.dcd.settings.SettingsLoader;
import io.dcd.worker.NetworkSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GPUs that a worker process finds by a discovery script, and that Spark assigns to executors and tasks. */
class GpuSchedulingTest {
    @TempDir
    private Path directory;

    @Test
    void assignedGpusAreNamedAndSaidToBeOfNoUseYet() throws IOException {
        Path script = directory.resolve("discover-gpus");
        Files.writeString(script, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"3\", \"5\"]}'\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        SparkConf conf = new SparkConf()
                .setMaster("local-cluster[1,2,1024]")
                .setAppName("GPUs")
                .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .set("spark.executor.extraJavaOptions", "--add-modules=jdk.incubator.vector")
                .set("spark.worker.resource.gpu.amount", "2")
                .set("spark.worker.resource.gpu.discoveryScript", script.toString())
                .set("spark.executor.resource.gpu.amount", "2")
                .set("spark.task.resource.gpu.amount", "1")
                .set("spark.ui.enabled", "false");
        Settings settings = new SettingsLoader()
                .text("network.name = mobilenetv2-x0.35-static, data.image-size = 32", "the test")
                .load();
        Job job = Job.training(settings, NetworkSpec.of(settings.network(), 32, 10));
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            List<Finding> findings = new Doctor(job).examineCluster(spark);
            assertThat(findings)
                    .filteredOn(finding -> finding.subject().equals("GPUs"))
                    .singleElement()
                    .satisfies(finding -> {
                        assertThat(finding.level()).isEqualTo(Finding.Level.WARNING);
                        assertThat(finding.message())
                                .containsPattern("GPU [35] of executor \\d+@")
                                .contains("no backend computes on GPUs yet");
                    });
        }
    }
}
