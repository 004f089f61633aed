package io.dcd.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.ExecutorProcesses;
import io.dcd.PreparedImages;
import io.dcd.data.DataException;
import io.dcd.data.PreparedData;
import io.dcd.train.TrainingRuns.RecordingListener;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executor processes that die or stop while they train. */
@Tag("fault")
class ExecutorFaultTest {
    private static final String[] RUN = {"training.workers=4", "training.epochs=2"};

    @TempDir
    private static Path shared;

    private static PreparedData data;
    private static Summary faultFree;

    @TempDir
    private Path directory;

    @BeforeAll
    static void trainWithoutFaults() throws IOException {
        try (JavaSparkContext spark = TrainingRuns.spark("local[2]")) {
            data = PreparedImages.prepare(spark, shared);
            faultFree = TrainingRuns.train(spark, data, shared.resolve("fault-free"), RUN);
        }
    }

    @Test
    void killedExecutorCostsOneRoundsWork() throws IOException {
        try (JavaSparkContext spark = TrainingRuns.cluster(2)) {
            // Its second task: in the middle of the second round.
            Fault fault = new Fault(spark, 6, ProcessHandle::destroyForcibly, executor -> {});
            spark.sc().addSparkListener(fault);
            assertFaultFreeResult(spark, fault);
        }
    }

    @Test
    void stoppedExecutorIsReplacedAndItsLateResultIgnored() throws IOException {
        Map<String, String> impatient = Map.of(
                // Only executors are given up so soon, not what a busy machine is slow to answer.
                "spark.storage.blockManagerHeartbeatTimeoutMs", "6s",
                "spark.network.timeoutInterval", "1s",
                "spark.executor.heartbeatInterval", "1s");
        try (JavaSparkContext spark = TrainingRuns.cluster(2, impatient)) {
            // It goes on only after Spark has given it up: what it then reports must not count.
            Fault fault =
                    new Fault(spark, 6, executor -> signal(executor, "STOP"), executor -> signal(executor, "CONT"));
            spark.sc().addSparkListener(fault);
            assertFaultFreeResult(spark, fault);
        }
    }

    @Test
    void failedTaskIsRetried() throws IOException {
        // Spark tells of failures some time later, and the cause lasts until then.
        Map<String, String> patient = Map.of("spark.task.maxFailures", Integer.toString(Integer.MAX_VALUE));
        try (JavaSparkContext spark = TrainingRuns.cluster(1, patient)) {
            Path train = Path.of(data.directory().toUri()).resolve("train");
            Path away = train.resolveSibling("train-is-elsewhere");
            AtomicInteger failures = new AtomicInteger();
            spark.sc().addSparkListener(new SparkListener() {
                @Override
                public void onTaskEnd(SparkListenerTaskEnd end) {
                    if (end.taskInfo().failed() && failures.getAndIncrement() == 0) {
                        move(away, train);
                    }
                }
            });
            move(train, away);
            Summary summary = TrainingRuns.train(spark, data, directory.resolve("run"), RUN);
            assertThat(failures.get()).as("the fault fired").isPositive();
            assertThat(summary.parametersSha256()).isEqualTo(faultFree.parametersSha256());
            assertThat(summary.samples()).as("no sample counted twice").isEqualTo(faultFree.samples());
        }
    }

    private static void move(Path source, Path target) {
        try {
            Files.move(source, target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void taskThatAlwaysFailsEndsTheJobWithItsCause() throws IOException {
        try (JavaSparkContext spark = TrainingRuns.cluster(1)) {
            PreparedData damaged = PreparedImages.prepare(spark, directory.resolve("damaged"));
            try (Stream<Path> shards =
                    Files.list(Path.of(damaged.directory().toUri()).resolve("train"))) {
                for (Path shard : shards.toList()) {
                    Files.delete(shard);
                }
            }
            assertThatThrownBy(() -> TrainingRuns.train(spark, damaged, directory.resolve("run"), RUN))
                    .hasRootCauseInstanceOf(FileNotFoundException.class)
                    .satisfies(failure -> assertThat(Stream.iterate(failure, each -> each != null, Throwable::getCause))
                            .as("what the executor threw crosses to the driver")
                            .anyMatch(DataException.class::isInstance));
        }
    }

    private void assertFaultFreeResult(JavaSparkContext spark, Fault fault) {
        RecordingListener rounds = new RecordingListener();
        Summary summary = TrainingRuns.train(spark, data, directory.resolve("run"), rounds, RUN);
        assertThat(fault.fired.get()).as("the fault was injected").isEqualTo(1);
        assertThat(fault.removed.get()).as("Spark lost the executor").isPositive();
        assertThat(summary.parametersSha256()).isEqualTo(faultFree.parametersSha256());
        assertThat(summary.samples()).as("no sample counted twice").isEqualTo(faultFree.samples());
        assertThat(rounds.rounds).extracting(RoundReport::step).containsExactly(2L, 4L, 6L, 8L);
    }

    /** Harms one executor when the n-th task of the job starts. */
    private static final class Fault extends SparkListener {
        private final AtomicInteger started = new AtomicInteger();
        private final AtomicInteger fired = new AtomicInteger();
        private final AtomicInteger removed = new AtomicInteger();
        private final String application;
        private final int task;
        private final Consumer<ProcessHandle> harm;
        private final Consumer<ProcessHandle> whenRemoved;
        private volatile ProcessHandle victim;

        Fault(JavaSparkContext spark, int task, Consumer<ProcessHandle> harm, Consumer<ProcessHandle> whenRemoved) {
            this.application = spark.sc().applicationId();
            this.task = task;
            this.harm = harm;
            this.whenRemoved = whenRemoved;
        }

        @Override
        public void onTaskStart(SparkListenerTaskStart start) {
            if (started.incrementAndGet() == task) {
                // The worker of a local cluster lives in this process.
                victim = ExecutorProcesses.of(ProcessHandle.current(), application)
                        .get(0);
                harm.accept(victim);
                fired.incrementAndGet();
            }
        }

        @Override
        public void onExecutorRemoved(SparkListenerExecutorRemoved executor) {
            if (removed.incrementAndGet() == 1 && victim != null) {
                whenRemoved.accept(victim);
            }
        }
    }

    private static void signal(ProcessHandle process, String signal) {
        try {
            ExecutorProcesses.signal(process, signal);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
