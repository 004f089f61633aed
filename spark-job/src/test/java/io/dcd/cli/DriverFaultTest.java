package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.PreparedImages;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Driver processes that are killed or asked to stop. */
@Tag("fault")
class DriverFaultTest {
    /** 100 images make ⌊100 / 16⌋ = 6 steps, that is 3 rounds, an epoch. */
    private static final int ROUNDS = 6;

    private static final List<String> SETTINGS =
            List.of("training.batch=8", "training.epochs=2", "training.steps-per-round=2");

    @TempDir
    private static Path shared;

    private static Path data;
    private static String faultFree;

    @AutoClose
    private final TrainDrivers drivers = new TrainDrivers();

    @TempDir
    private Path directory;

    @BeforeAll
    static void trainWithoutFaults() throws Exception {
        SparkConf conf =
                new SparkConf().setMaster("local[2]").setAppName("prepare").set("spark.ui.enabled", "false");
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            data = Path.of(PreparedImages.prepare(spark, shared).directory().toUri());
        }
        Path run = shared.resolve("fault-free");
        try (TrainDrivers drivers = new TrainDrivers()) {
            assertThat(start(drivers, run, Map.of()).exitCode()).isEqualTo(0);
        }
        faultFree = summary(run);
    }

    @Test
    void killedDriverCostsTheRoundsSinceTheLastCheckpoint() throws Exception {
        Path run = directory.resolve("run");
        Path gate = directory.resolve("gate");
        for (int step : new int[] {2, 6, 8}) {
            // It is killed in the middle of the next save.
            FaultyDisk.open(gate, step);
            TrainDriver driver = start(drivers, run, FaultyDisk.gate(gate));
            driver.awaitLine("saved step " + step);
            driver.kill();
        }
        assertThat(run.resolve("lease.json"))
                .as("the killed driver's lease is still there")
                .exists();
        assertThat(start(drivers, run, Map.of()).exitCode()).isEqualTo(0);
        assertFaultFree(run);
    }

    @Test
    void terminationFinishesTheRoundAndSaves() throws Exception {
        Path run = directory.resolve("run");
        Path gate = directory.resolve("gate");
        FaultyDisk.open(gate, 0);
        TrainDriver driver = start(drivers, run, FaultyDisk.gate(gate));
        driver.awaitLine("round 1/");
        driver.terminate();
        driver.awaitLine("stopping: this round is finished and saved first");
        Files.delete(gate);
        assertThat(driver.exitCode()).isEqualTo(ExitCode.STOPPED.code());
        assertThat(names(run.resolve("checkpoints"))).containsExactly("step-00000002");
        assertThat(run.resolve("summary.json")).doesNotExist();
        assertThat(run.resolve("lease.json")).doesNotExist();
        assertThat(start(drivers, run, Map.of()).exitCode()).isEqualTo(0);
        assertFaultFree(run);
    }

    @Test
    void secondDriverIsRefused() throws Exception {
        Path run = directory.resolve("run");
        // Longer than any machine takes to start the second one: that one is refused when it has seen a sign of life.
        String[] endless = TrainDriver.arguments(
                run,
                data,
                "local[2]",
                List.of("training.batch=8", "training.epochs=10000", "training.steps-per-round=2"));
        TrainDriver driver = drivers.start(Map.of(), endless);
        driver.awaitLine("round 1/");
        StringWriter err = new StringWriter();
        int code = Dcd.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err, true))
                .execute(endless);
        assertThat(code).as(err.toString()).isEqualTo(ExitCode.CHECKPOINT.code());
        assertThat(err.toString())
                .contains("is being written by process " + driver.handle().pid());
        driver.terminate();
        assertThat(driver.exitCode())
                .as("the first driver is not disturbed: it saves")
                .isEqualTo(ExitCode.STOPPED.code());
        assertThat(run.resolve("lease.json")).doesNotExist();
        assertThat(names(run.resolve("checkpoints"))).isNotEmpty();
    }

    private static void assertFaultFree(Path run) throws IOException {
        assertThat(summary(run)).isEqualTo(faultFree);
        assertThat(names(run))
                .as("no stray files")
                .containsExactlyInAnyOrder(
                        "checkpoints", "config.conf", "metrics.jsonl", "events.out.tfevents.dcd", "summary.json");
        assertThat(names(run.resolve("checkpoints"))).allMatch(name -> name.startsWith("step-"));
        List<String> steps = Files.readAllLines(run.resolve("metrics.jsonl")).stream()
                .filter(line -> line.contains("\"type\":\"round\""))
                .map(line -> line.replaceAll(".*\"step\":(\\d+),.*", "$1"))
                .toList();
        assertThat(steps)
                .as("a ledger without gaps")
                .isEqualTo(IntStream.rangeClosed(1, ROUNDS)
                        .mapToObj(round -> Integer.toString(2 * round))
                        .toList());
    }

    /** The line that pins the parameters. */
    private static String summary(Path run) throws IOException {
        return Files.readAllLines(run.resolve("summary.json")).stream()
                .filter(line -> line.contains("parameters_sha256"))
                .findFirst()
                .orElseThrow();
    }

    private static TrainDriver start(TrainDrivers drivers, Path run, Map<String, String> properties)
            throws IOException {
        return drivers.start(properties, TrainDriver.arguments(run, data, "local[2]", SETTINGS));
    }

    private static List<String> names(Path path) throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
