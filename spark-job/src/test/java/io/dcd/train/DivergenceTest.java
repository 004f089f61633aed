package io.dcd.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.PreparedImages;
import io.dcd.data.PreparedData;
import io.dcd.train.TrainingRuns.RecordingListener;
import io.dcd.train.checkpoint.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rounds that really diverge. Rates and factors are powers of two: a product of them is exact, so that a run that was brought back to the
 * rate 2⁻⁷ must have the parameters of one that always had it.
 */
class DivergenceTest {
    private static final String GOOD = "training.learning-rate=" + 0x1p-7;
    private static final String ABSURD = "training.learning-rate=" + 0x1p99;
    private static final String[] RETRY = {
        ABSURD, "divergence.retries=1", "divergence.rate-factor=" + 0x1p-106, "checkpoint.every-rounds=1"
    };

    @TempDir
    private static Path shared;

    private static JavaSparkContext spark;
    private static PreparedData data;
    private static Summary good;

    @TempDir
    private Path directory;

    private final RecordingListener listener = new RecordingListener();

    @BeforeAll
    static void trainWithTheGoodRate() throws IOException {
        spark = TrainingRuns.spark("local[2]");
        data = PreparedImages.prepare(spark, shared);
        good = TrainingRuns.train(spark, data, shared.resolve("good"), GOOD);
    }

    @AfterAll
    static void stopSpark() {
        spark.close();
    }

    @Test
    void runGoesOnWithALowerRate() throws IOException {
        Summary summary = TrainingRuns.train(spark, data, directory, listener, RETRY);
        assertThat(listener.rollbacks)
                .as("the fault fired")
                .extracting(Progress::step)
                .containsExactly(0L);
        assertThat(summary.parametersSha256()).isEqualTo(good.parametersSha256());
        assertThat(listener.rounds.get(0).learningRate()).isLessThanOrEqualTo(0x1p-7);
        List<String> ledger = Files.readAllLines(directory.resolve("metrics.jsonl"));
        assertThat(ledger.get(0))
                .contains("\"type\":\"rollback\"", "\"rollbacks\":1", "is not finite")
                .doesNotContain("training.learning-rate");
        assertThat(ledger.stream().filter(line -> line.contains("\"type\":\"round\"")))
                .hasSize((int) good.rounds());
    }

    @Test
    void rollbackInTheMiddleSurvivesARestart() throws IOException {
        for (String limit : List.of("training.limit-rounds=2", "training.limit-rounds=0")) {
            // The first of the two runs diverges in round 2 and ends after it; the second must remember the lower rate.
            if (!Files.exists(directory.resolve("config.conf"))) {
                TrainingRuns.train(spark, data, directory, GOOD, "training.limit-rounds=1");
            }
            String[] settings = {RETRY[0], RETRY[1], RETRY[2], RETRY[3], limit};
            RunDirectory run = RunDirectory.at(new Configuration(), new org.apache.hadoop.fs.Path(directory.toUri()));
            Summary summary = TrainingRuns.job(spark, data, run, listener, settings)
                    .withAllowedChanges(Set.of("training.learning-rate"))
                    .run()
                    .orElseThrow();
            assertThat(listener.rollbacks)
                    .as("once, in round 2")
                    .extracting(Progress::rounds)
                    .containsExactly(1L);
            assertThat(summary.complete()).isEqualTo(limit.endsWith("=0"));
        }
        Summary whole = TrainingRuns.train(spark, data, directory, listener, RETRY);
        assertThat(whole.parametersSha256()).isEqualTo(good.parametersSha256());
        assertThat(Files.readAllLines(directory.resolve("metrics.jsonl")).stream()
                        .filter(line -> line.contains("rollback\"")))
                .hasSize(1);
    }

    @Test
    void checkpointWithParametersOutOfBoundsIsNotReturnedToTwice() throws IOException {
        TrainingRuns.train(spark, data, directory, GOOD, "training.limit-rounds=2");
        RunDirectory run = RunDirectory.at(new Configuration(), new org.apache.hadoop.fs.Path(directory.toUri()));
        // Round 3 has one step, whose loss is taken before its update: it passes, and what it leaves is saved.
        Summary summary = TrainingRuns.job(
                        spark, data, run, listener, ABSURD, "divergence.retries=2", "divergence.rate-factor=" + 0x1p-53)
                .withAllowedChanges(Set.of("training.learning-rate"))
                .run()
                .orElseThrow();
        assertThat(listener.rollbacks).extracting(Progress::step).containsExactly(5L, 4L);
        assertThat(summary.parametersSha256()).isEqualTo(good.parametersSha256());
    }

    @Test
    void retriesAreBounded() {
        assertThatThrownBy(() -> TrainingRuns.train(
                        spark, data, directory, listener, ABSURD, "divergence.retries=2", "divergence.rate-factor=0.5"))
                .isInstanceOf(DivergedException.class)
                .hasMessageContaining("training diverged in epoch 1, round 1")
                .hasMessageContaining("raise divergence.retries");
        assertThat(listener.rollbacks).extracting(Progress::rateFactor).containsExactly(0.5, 0.25);
        assertThat(directory.resolve("summary.json")).doesNotExist();
    }
}
