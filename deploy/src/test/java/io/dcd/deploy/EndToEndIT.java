package io.dcd.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives in, a trained and evaluated network out: in one JVM by {@code dcd}, and by spark-submit on a cluster of processes. */
class EndToEndIT {
    private static final Path BIN = Scripts.MODULE.resolve("bin");
    private static final String NETWORK = "mobilenetv2-x0.5-dcd";

    @TempDir
    private Path temporary;

    @AfterEach
    void stopCluster() throws Exception {
        Scripts.run(temporary, BIN.resolve("local-cluster"), "stop", "--directory", cluster());
    }

    @Test
    void aClusterTrainsTheSameNetwork() throws Exception {
        Scripts.Outcome demo =
                Scripts.run(temporary, BIN.resolve("dcd"), "demo", "--output", "demo", "--images", 16, "--epochs", 1);
        assertThat(demo.exitCode()).as(demo.errors()).isZero();
        assertThat(demo.output()).contains(NETWORK);

        Scripts.Outcome start = Scripts.run(
                temporary,
                BIN.resolve("local-cluster"),
                "start",
                "--port",
                0,
                "--memory",
                "1g",
                "--directory",
                cluster());
        assertThat(start.exitCode()).as(start.errors()).isZero();
        Path localRun = temporary.resolve("demo/runs").resolve(NETWORK);
        Path clusterRun = temporary.resolve("cluster-run");
        ProcessBuilder train = Scripts.command(
                temporary,
                BIN.resolve("dcd-submit"),
                "--master",
                start.output().strip(),
                "--executor-memory",
                "1g",
                "train",
                "--data",
                temporary.resolve("demo/prepared"),
                "--run",
                clusterRun,
                "--config",
                localRun.resolve("config.conf"));
        train.environment().remove("SPARK_HOME");
        Scripts.Outcome submitted = Scripts.run(train);
        assertThat(submitted.exitCode()).as(submitted.errors()).isZero();

        assertThat(summary(clusterRun).get("images").asInt()).isEqualTo(500);
        assertThat(summary(clusterRun).get("parameters_sha256"))
                .as("the same seed and the same logical workers make the same parameters")
                .isEqualTo(summary(localRun).get("parameters_sha256"));
    }

    private Path cluster() {
        return temporary.resolve("cluster");
    }

    private static JsonNode summary(Path run) throws Exception {
        return new ObjectMapper().readTree(run.resolve("summary.json").toFile());
    }
}
