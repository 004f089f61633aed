package io.dcd.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dcd.PreparedImages;
import io.dcd.data.PreparedData;
import io.dcd.train.TrainingRuns.RecordingListener;
import io.dcd.train.checkpoint.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole job over thousands of steps: rounds, checkpoints and evaluations leave nothing behind. */
@Tag("long")
class SteadyMemoryTest {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int EPOCHS = 60;

    /** Until then compilers and Spark's own caches grow. */
    private static final int WARM_EPOCHS = 20;

    /** What is used from then on is held against what was used before. */
    private static final int LATE_EPOCHS = 40;

    @TempDir
    private Path directory;

    @Test
    void memoryStaysFlatOverThousandsOfSteps() throws IOException {
        assumeTrue(Files.exists(STATUS), "resident memory is read from /proc");
        List<Long> resident = new ArrayList<>();
        List<Long> tracked = new ArrayList<>();
        RecordingListener listener = new RecordingListener() {
            @Override
            public void saved(Progress progress) {
                super.saved(progress);
                System.gc();
                resident.add(residentKilobytes());
                tracked.add(Pointer.totalBytes());
            }
        };
        try (JavaSparkContext spark = TrainingRuns.spark("local[1]")) {
            PreparedData data = PreparedImages.prepare(spark, directory);
            Summary summary = TrainingRuns.train(
                    spark,
                    data,
                    directory.resolve("run"),
                    listener,
                    "training.epochs=" + EPOCHS,
                    "training.workers=1",
                    "training.batch=2",
                    "training.steps-per-round=25",
                    "evaluation.every-epochs=5",
                    "checkpoint.keep=2");
            assertThat(summary.step()).isEqualTo(EPOCHS * 50L);
        }
        assertThat(tracked.get(EPOCHS - 1)).as("native bytes").isLessThanOrEqualTo(tracked.get(WARM_EPOCHS));
        // The least of many: how much of its heap a collector gives back differs from one collection to the next by a
        // tenth of all.
        assertThat(Collections.min(resident.subList(LATE_EPOCHS, EPOCHS)))
                .as("resident kB after epochs: %s", resident)
                .isLessThan(Collections.min(resident.subList(WARM_EPOCHS, LATE_EPOCHS)) * 11 / 10);
    }

    private static long residentKilobytes() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
