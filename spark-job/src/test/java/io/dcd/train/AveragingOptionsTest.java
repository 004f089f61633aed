package io.dcd.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.PreparedImages;
import io.dcd.data.PreparedData;
import io.dcd.train.TrainingRuns.RecordingListener;
import io.dcd.worker.NetworkSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code averaging} and the ramp change, on whole runs. */
class AveragingOptionsTest {
    /** Everything that a state may keep, and everything that rounds may do. */
    private static final String[] ALL = {
        "averaging.outer-momentum=0.3",
        "averaging.moving-average-decay=0.9",
        "averaging.encoding=bfloat16",
        "training.clip-norm=5",
        "training.steps-ramp-epochs=1",
    };

    private static final String GROUP = "bytes";

    private static JavaSparkContext spark;
    private static PreparedData data;

    @TempDir
    private static Path shared;

    @TempDir
    private Path directory;

    @BeforeAll
    static void prepare() throws IOException {
        spark = TrainingRuns.spark("local[2]");
        data = PreparedImages.prepare(spark, shared);
    }

    @AfterAll
    static void stopSpark() {
        spark.close();
    }

    @Test
    void resumedRunEqualsTheUninterruptedOneWithEverythingThatAStateMayKeep() throws IOException {
        Summary straight = TrainingRuns.train(spark, data, directory.resolve("straight"), ALL);
        // Five rounds of one step, then three of at most two.
        assertThat(straight.rounds()).isEqualTo(8);
        for (int rounds : new int[] {3, 6}) {
            Path run = directory.resolve("after-" + rounds);
            String[] limited = Arrays.copyOf(ALL, ALL.length + 1);
            limited[ALL.length] = "training.limit-rounds=" + rounds;
            assertThat(TrainingRuns.train(spark, data, run, limited).rounds()).isEqualTo(rounds);
            Summary whole = TrainingRuns.train(spark, data, run, ALL);
            assertThat(whole.parametersSha256()).isEqualTo(straight.parametersSha256());
            assertThat(whole.loss()).as("of the moving average").isEqualTo(straight.loss());
            for (String file : new String[] {"velocity.f32", "outer-step.f32", "moving-average.f32"}) {
                assertThat(Files.readAllBytes(run.resolve("checkpoints/step-00000010/" + file)))
                        .as(file)
                        .isEqualTo(Files.readAllBytes(directory.resolve("straight/checkpoints/step-00000010/" + file)));
            }
        }
    }

    @Test
    void meansFormedOnExecutorsAreThoseOfTheDriverBitForBit() {
        for (String encoding : new String[] {"float32", "bfloat16"}) {
            String chosen = "averaging.encoding=" + encoding;
            Summary onDriver = run(encoding + "-driver", chosen, "averaging.place=driver");
            Summary onExecutors = run(encoding + "-executors", chosen, "averaging.place=executors");
            assertThat(onExecutors.parametersSha256()).isEqualTo(onDriver.parametersSha256());
            assertThat(onExecutors.loss()).isEqualTo(onDriver.loss());
        }
    }

    @Test
    void everyOptionChangesTheNetwork() {
        String plain = run("plain").parametersSha256();
        assertThat(run("outer", "averaging.outer-momentum=0.3").parametersSha256())
                .isNotEqualTo(plain);
        assertThat(run("statistics", "averaging.batch-statistics=mean").parametersSha256())
                .isNotEqualTo(plain);
        assertThat(run("encoding", "averaging.encoding=bfloat16").parametersSha256())
                .isNotEqualTo(plain);
    }

    @Test
    void theMovingAverageIsEvaluatedBesideTheSameTraining() {
        Summary plain = run("plain");
        Summary averaged = run("averaged", "averaging.moving-average-decay=0.9");
        Summary last = run("last", "averaging.moving-average-decay=0.9", "evaluation.moving-average=false");
        assertThat(averaged.parametersSha256()).isEqualTo(plain.parametersSha256());
        assertThat(averaged.loss()).isNotEqualTo(plain.loss());
        assertThat(last.loss()).isEqualTo(plain.loss());
    }

    /** The metrics' bytes are the formula's, and what Spark itself counted is little more. */
    @Test
    void bytesOfARoundAreAsTheFormulaSays() throws InterruptedException {
        AtomicLong measured = new AtomicLong();
        // Two rounds and an evaluation. Spark may still have to tell of jobs before.
        CountDownLatch jobs = new CountDownLatch(3);
        Set<Integer> ours = ConcurrentHashMap.newKeySet();
        spark.sc().addSparkListener(new SparkListener() {
            @Override
            public void onJobStart(SparkListenerJobStart start) {
                if (GROUP.equals(start.properties().getProperty("spark.jobGroup.id"))) {
                    ours.add(start.jobId());
                }
            }

            @Override
            public void onTaskEnd(SparkListenerTaskEnd end) {
                // Jobs come one after another, and all that Spark tells of one comes before the next.
                measured.addAndGet(ours.isEmpty() ? 0 : end.taskMetrics().resultSize());
            }

            @Override
            public void onJobEnd(SparkListenerJobEnd end) {
                if (ours.contains(end.jobId())) {
                    jobs.countDown();
                }
            }
        });
        spark.setJobGroup(GROUP, "the job whose bytes are counted");
        RecordingListener listener = new RecordingListener();
        TrainingRuns.train(
                spark,
                data,
                directory.resolve("run"),
                listener,
                "training.limit-rounds=2",
                "averaging.encoding=bfloat16");
        RoundReport round = listener.rounds.get(0);
        long parameters = new NetworkSpec("mobilenetv2-x0.35-static", 32, PreparedImages.CLASSES, 1, 0)
                .graph()
                .parameterElements();
        assertThat(round.sentBytes()).as("8·P for one process").isEqualTo(8 * parameters);
        assertThat(round.returnedBytes()).as("2·2·P·3").isEqualTo(12 * parameters);
        long results =
                listener.rounds.stream().mapToLong(RoundReport::returnedBytes).sum();
        spark.clearJobGroup();
        assertThat(jobs.await(5, TimeUnit.MINUTES))
                .as("Spark has told of all jobs")
                .isTrue();
        assertThat(measured.get())
                .as("the results of all tasks, those of the evaluation included")
                .isBetween(results, results + results / 50);
    }

    private Summary run(String name, String... assignments) {
        String[] one = Arrays.copyOf(assignments, assignments.length + 1);
        one[assignments.length] = "training.epochs=1";
        return TrainingRuns.train(spark, data, directory.resolve(name), one);
    }
}
