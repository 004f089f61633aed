package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.PreparedImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run of 42 rounds on two executor processes, through faults of every kind in a seeded order. */
@Tag("fault")
@Tag("long")
class MixedFaultTest {
    /** 100 images make ⌊100 / 16⌋ = 6 steps, one a round, an epoch. */
    private static final int ROUNDS = 42;

    private static final List<String> SETTINGS =
            List.of("training.batch=8", "training.epochs=7", "training.steps-per-round=1", "evaluation.every-epochs=0");

    private enum Fault {
        KILL_EXECUTOR,
        KILL_DRIVER,
        PAUSE_EXECUTOR,
        BLOCK_CHECKPOINT
    }

    @TempDir
    private static Path directory;

    @Test
    void endsWithTheFaultFreeParametersAGaplessLedgerAndNoStrayFiles() throws Exception {
        Path data = prepare();
        Path faultFree = directory.resolve("fault-free");
        assertThat(TrainDriver.start(Map.of(), TrainDriver.arguments(faultFree, data, "local[2]", SETTINGS))
                        .exitCode())
                .isEqualTo(0);

        Path run = directory.resolve("run");
        Random random = new Random(6);
        TrainDriver driver = start(run, data);
        int round = 0;
        for (Fault fault : List.of(
                Fault.KILL_EXECUTOR,
                Fault.KILL_DRIVER,
                Fault.PAUSE_EXECUTOR,
                Fault.BLOCK_CHECKPOINT,
                Fault.KILL_EXECUTOR,
                Fault.KILL_DRIVER)) {
            round += 3 + random.nextInt(4);
            driver.awaitLine("saved step " + round);
            driver = harm(fault, driver, run, data, round);
        }
        assertThat(round).as("the last fault comes before the end").isLessThan(ROUNDS);
        assertThat(driver.exitCode()).isEqualTo(0);

        assertThat(pinned(run)).isEqualTo(pinned(faultFree));
        assertThat(names(run))
                .containsExactlyInAnyOrder(
                        "checkpoints", "config.conf", "metrics.jsonl", "events.out.tfevents.dcd", "summary.json");
        assertThat(names(run.resolve("checkpoints")))
                .containsExactlyInAnyOrder("step-00000040", "step-00000041", "step-00000042");
        assertThat(Files.readAllLines(run.resolve("metrics.jsonl")).stream()
                        .filter(line -> line.contains("\"type\":\"round\""))
                        .map(line -> line.replaceAll(".*\"step\":(\\d+),.*", "$1")))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, ROUNDS)
                        .mapToObj(Integer::toString)
                        .toList());
    }

    /** @return the driver that goes on */
    private static TrainDriver harm(Fault fault, TrainDriver driver, Path run, Path data, int round) throws Exception {
        switch (fault) {
            case KILL_EXECUTOR ->
                assertThat(executor(driver).destroyForcibly())
                        .as("the fault fired")
                        .isTrue();
            case PAUSE_EXECUTOR -> {
                long executor = executor(driver).pid();
                signal(executor, "STOP");
                // The other worker's executor waits for this one; nothing is lost meanwhile.
                new ProcessBuilder("sleep", "2").start().waitFor();
                signal(executor, "CONT");
            }
            case KILL_DRIVER -> {
                driver.kill();
                return start(run, data);
            }
            case BLOCK_CHECKPOINT -> {
                Path inTheWay = run.resolve("checkpoints/step-%08d".formatted(round + 2));
                Files.writeString(inTheWay, "no checkpoint");
                assertThat(driver.exitCode()).as("the fault fired").isEqualTo(ExitCode.CHECKPOINT.code());
                Files.delete(inTheWay);
                return start(run, data);
            }
        }
        return driver;
    }

    private static TrainDriver start(Path run, Path data) throws IOException {
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        Map<String, String> properties = Map.of(
                "spark.executor.extraClassPath", System.getProperty("java.class.path"),
                "spark.executor.extraJavaOptions",
                        "--add-modules=jdk.incubator.vector -Dlog4j2.configurationFile=log4j2-test.properties",
                "spark.executorEnv.OMP_NUM_THREADS", "1");
        return TrainDriver.start(properties, TrainDriver.arguments(run, data, "local-cluster[2,1,1024]", SETTINGS));
    }

    /** The worker of a local cluster lives in the driver, so the executors are its children. */
    private static ProcessHandle executor(TrainDriver driver) {
        return driver.handle().children().findFirst().orElseThrow();
    }

    private static void signal(long process, String signal) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process))
                        .start()
                        .waitFor())
                .as("the fault fired")
                .isEqualTo(0);
    }

    private static Path prepare() throws IOException {
        SparkConf conf =
                new SparkConf().setMaster("local[2]").setAppName("prepare").set("spark.ui.enabled", "false");
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            return Path.of(PreparedImages.prepare(spark, directory).directory().toUri());
        }
    }

    /** The line that pins the parameters. */
    private static String pinned(Path run) throws IOException {
        return Files.readAllLines(run.resolve("summary.json")).stream()
                .filter(line -> line.contains("parameters_sha256"))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> names(Path path) throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
