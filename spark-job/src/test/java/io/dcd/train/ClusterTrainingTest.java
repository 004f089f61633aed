package io.dcd.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.PreparedImages;
import io.dcd.data.PreparedData;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same run on other numbers of threads and of processes gives the same network, bit for bit. */
class ClusterTrainingTest {
    @TempDir
    private static Path shared;

    private static PreparedData data;
    private static Summary oneThread;

    @TempDir
    private Path directory;

    @BeforeAll
    static void trainOnOneThread() throws IOException {
        try (JavaSparkContext spark = TrainingRuns.spark("local[1]")) {
            data = PreparedImages.prepare(spark, shared);
            oneThread = train(spark, shared.resolve("one-thread"));
        }
    }

    @Test
    void fourThreadsGiveTheSameNetwork() {
        try (JavaSparkContext spark = TrainingRuns.spark("local[4]")) {
            assertSame(train(spark, directory));
        }
    }

    @Test
    void oneExecutorGivesTheSameNetwork() throws IOException {
        try (JavaSparkContext spark = TrainingRuns.cluster(1)) {
            assertSame(train(spark, directory));
            assertThat(TaskSlots.of(spark)).as("the executor's one core").isEqualTo(1);
        }
    }

    @Test
    void twoExecutorsGiveTheSameNetwork() throws IOException {
        try (JavaSparkContext spark = TrainingRuns.cluster(2)) {
            assertSame(train(spark, directory));
            assertThat(spark.sc().statusTracker().getExecutorInfos())
                    .as("two executors and the driver")
                    .hasSize(3);
        }
    }

    @Test
    void fourExecutorsGiveTheSameNetwork() throws IOException {
        try (JavaSparkContext spark = TrainingRuns.cluster(4)) {
            assertSame(train(spark, directory));
            assertThat(spark.sc().statusTracker().getExecutorInfos())
                    .as("four executors and the driver")
                    .hasSize(5);
        }
    }

    private static Summary train(JavaSparkContext spark, Path run) {
        return TrainingRuns.train(spark, data, run, "training.workers=4", "training.epochs=1");
    }

    private static void assertSame(Summary summary) {
        assertThat(summary.parametersSha256()).isEqualTo(oneThread.parametersSha256());
        assertThat(summary.top1()).isEqualTo(oneThread.top1());
        assertThat(summary.loss()).isEqualTo(oneThread.loss());
    }
}
