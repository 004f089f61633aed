package io.dcd.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.PreparedImages;
import io.dcd.data.PreparedData;
import io.dcd.settings.SettingsException;
import io.dcd.train.TrainingRuns.RecordingListener;
import io.dcd.train.checkpoint.CheckpointException;
import io.dcd.train.checkpoint.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs on real images, with Spark in this process. */
class TrainingJobTest {
    @TempDir
    private static Path shared;

    private static JavaSparkContext spark;
    private static PreparedData data;

    /** The same run without any interruption. */
    private static Summary straight;

    @TempDir
    private Path directory;

    @BeforeAll
    static void trainOnce() throws IOException {
        spark = TrainingRuns.spark("local[2]");
        data = PreparedImages.prepare(spark, shared);
        straight = TrainingRuns.train(spark, data, shared.resolve("straight"));
    }

    @AfterAll
    static void stopSpark() {
        spark.close();
    }

    @Test
    void summaryTellsWhatWasDone() {
        // ⌊100 / (3·6)⌋ = 5 steps an epoch, in rounds of 2, 2 and 1.
        assertThat(straight.complete()).isTrue();
        assertThat(straight.epochs()).isEqualTo(2);
        assertThat(straight.step()).isEqualTo(10);
        assertThat(straight.rounds()).isEqualTo(6);
        assertThat(straight.samples()).isEqualTo(2 * 5 * 3 * 6);
        assertThat(straight.images()).isEqualTo(PreparedImages.VALIDATION);
        assertThat(straight.top5()).as("of %d classes", PreparedImages.CLASSES).isEqualTo(100);
    }

    @Test
    void ledgerHasEveryRoundOnceAndTheFilesAreThere() throws IOException {
        Path run = shared.resolve("straight");
        List<String> lines = Files.readAllLines(run.resolve("metrics.jsonl"));
        assertThat(lines.stream().filter(line -> line.contains("\"type\":\"round\"")))
                .hasSize(6);
        assertThat(lines.stream().filter(line -> line.contains("\"type\":\"evaluation\"")))
                .hasSize(2);
        assertThat(records(run)).as("a version, and an event for each line").isEqualTo(1 + lines.size());
        assertThat(Files.readString(run.resolve("config.conf"))).contains("mobilenetv2-x0.35-static");
        assertThat(Files.readString(run.resolve("summary.json"))).contains(straight.parametersSha256());
        assertThat(run.resolve("checkpoints/step-00000010/manifest.json")).exists();
        try (var entries = Files.list(run)) {
            assertThat(entries.map(entry -> entry.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "config.conf", "metrics.jsonl", "events.out.tfevents.dcd", "summary.json", "checkpoints");
        }
    }

    /** The records of the event file, by their lengths; bytes left over at the end would throw. */
    private static int records(Path run) throws IOException {
        ByteBuffer events = ByteBuffer.wrap(Files.readAllBytes(run.resolve("events.out.tfevents.dcd")))
                .order(ByteOrder.LITTLE_ENDIAN);
        int records = 0;
        while (events.hasRemaining()) {
            long length = events.getLong();
            events.position(events.position() + Integer.BYTES + Math.toIntExact(length) + Integer.BYTES);
            records++;
        }
        return records;
    }

    @Test
    void resumedRunEqualsTheUninterruptedOneAfterEveryRound() throws IOException {
        for (int rounds = 1; rounds < straight.rounds(); rounds++) {
            Path run = directory.resolve("after-" + rounds);
            Summary half = TrainingRuns.train(spark, data, run, "training.limit-rounds=" + rounds);
            assertThat(half.complete()).isFalse();
            assertThat(half.rounds()).isEqualTo(rounds);
            RecordingListener rest = new RecordingListener();
            Summary whole = TrainingRuns.train(spark, data, run, rest);
            assertThat(rest.rounds).as("rounds after resuming").hasSize((int) straight.rounds() - rounds);
            assertThat(whole.parametersSha256()).isEqualTo(straight.parametersSha256());
            assertThat(records(run))
                    .as("events of the resumed run")
                    .isEqualTo(
                            1 + Files.readAllLines(run.resolve("metrics.jsonl")).size());
            assertThat(Files.readAllBytes(run.resolve("checkpoints/step-00000010/velocity.f32")))
                    .isEqualTo(Files.readAllBytes(shared.resolve("straight/checkpoints/step-00000010/velocity.f32")));
        }
    }

    @Test
    void checkpointsInsideAnEpochAreWrittenWhenAsked() {
        RecordingListener listener = new RecordingListener();
        TrainingRuns.train(
                spark, data, directory.resolve("run"), listener, "checkpoint.every-rounds=1", "training.epochs=1");
        assertThat(listener.saves).extracting(Progress::step).containsExactly(2L, 4L, 5L);
    }

    @Test
    void checkpointsByRoundsDoNotDependOnEpochs() {
        RecordingListener listener = new RecordingListener();
        TrainingRuns.train(
                spark,
                data,
                directory.resolve("run"),
                listener,
                // An epoch has three rounds.
                "checkpoint.every-rounds=3",
                "checkpoint.every-epochs=5",
                "evaluation.every-epochs=0",
                "training.epochs=3");
        assertThat(listener.saves).extracting(Progress::step).containsExactly(5L, 10L, 15L);
    }

    @Test
    void stopAtTheEndOfAnEpochOnlyPutsItsEvaluationOff() throws IOException {
        Path run = directory.resolve("run");
        RunDirectory place = RunDirectory.at(new Configuration(), new org.apache.hadoop.fs.Path(run.toUri()));
        TrainingJob[] job = new TrainingJob[1];
        RecordingListener stopping = new RecordingListener() {
            @Override
            public void trained(RoundReport round) {
                super.trained(round);
                if (rounds.size() == 3) {
                    job[0].stop();
                }
            }
        };
        job[0] = TrainingRuns.job(spark, data, place, stopping);
        assertThat(job[0].run()).as("stopped").isEmpty();
        assertThat(stopping.saves).extracting(Progress::step).containsExactly(5L);
        assertThat(stopping.evaluations).isEmpty();

        RecordingListener rest = new RecordingListener();
        Summary whole = TrainingRuns.train(spark, data, run, rest);
        assertThat(whole.parametersSha256()).isEqualTo(straight.parametersSha256());
        assertThat(rest.evaluations).as("after both epochs").hasSize(2);
        assertThat(types(run)).isEqualTo(types(shared.resolve("straight")));
    }

    /** The types and steps of the ledger's lines. */
    private static List<String> types(Path run) throws IOException {
        return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
                .map(line -> line.replaceAll(".*\"type\":\"(\\w+)\".*\"step\":(\\d+).*", "$1 $2"))
                .toList();
    }

    @Test
    void finishedRunIsNotTouchedAgain() throws IOException {
        Path run = shared.resolve("straight");
        byte[] metrics = Files.readAllBytes(run.resolve("metrics.jsonl"));
        RecordingListener listener = new RecordingListener();
        assertThat(TrainingRuns.train(spark, data, run, listener)).isEqualTo(straight);
        assertThat(listener.rounds).isEmpty();
        assertThat(Files.readAllBytes(run.resolve("metrics.jsonl"))).isEqualTo(metrics);
    }

    @Test
    void roundsLearn() {
        RecordingListener listener = new RecordingListener();
        TrainingRuns.train(
                spark,
                data,
                directory.resolve("run"),
                listener,
                "training.epochs=25",
                "training.workers=2",
                "training.batch=10",
                "training.learning-rate=0.1",
                "evaluation.every-epochs=0",
                "network.dropout=0");
        double first = listener.rounds.get(0).loss();
        double last = listener.rounds.get(listener.rounds.size() - 1).loss();
        assertThat(last).isLessThan(0.5 * first);
    }

    @Test
    void divergenceIsRejectedAndTheLastCheckpointStands() {
        Path run = directory.resolve("run");
        RecordingListener listener = new RecordingListener();
        assertThatThrownBy(() -> TrainingRuns.train(
                        spark,
                        data,
                        run,
                        listener,
                        "training.learning-rate=1e30",
                        "training.warm-up-epochs=1",
                        "checkpoint.every-rounds=1",
                        "training.momentum=0"))
                .isInstanceOf(DivergedException.class)
                .hasMessageContaining("training diverged in epoch 1, round")
                .hasMessageContaining("training.learning-rate");
        assertThat(run.resolve("summary.json")).doesNotExist();
        assertThat(listener.saves).as("rounds that diverged are not saved").hasSameSizeAs(listener.rounds);
    }

    @Test
    void anotherConfigurationIsRefusedWithTheDifference() {
        assertThatThrownBy(() -> TrainingRuns.train(spark, data, shared.resolve("straight"), "training.batch=4"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("training.batch = 6, this run 4");
    }

    @Test
    void anotherDirectoryIsRefused() throws IOException {
        Files.writeString(directory.resolve("thesis.tex"), "irreplaceable");
        assertThatThrownBy(() -> TrainingRuns.train(spark, data, directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("is no run directory: it holds thesis.tex");
        assertThat(directory.resolve("thesis.tex")).hasContent("irreplaceable");
    }

    @Test
    void tooFewImagesForOneStepAreRefused() {
        assertThatThrownBy(() -> TrainingRuns.train(spark, data, directory.resolve("run"), "training.workers=20"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("20 × 6 = 120 images, but the training split has 100");
    }

    @Test
    void unknownNetworkIsRefused() {
        assertThatThrownBy(() ->
                        TrainingRuns.train(spark, data, directory.resolve("run"), "network.name=mobilenetv2-x0.5-dcdc"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("mobilenetv2-x0.5-dcdc")
                .hasMessageContaining("mobilenetv2-x0.5-dcd");
    }
}
