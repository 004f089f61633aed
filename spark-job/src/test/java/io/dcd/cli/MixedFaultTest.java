package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dcd.ExecutorProcesses;
import io.dcd.PreparedImages;
import io.dcd.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run of 60 rounds on two executors of a standalone cluster, through faults of every kind in a seeded order. */
@Tag("fault")
@Tag("long")
class MixedFaultTest {
    /** 100 images make ⌊100 / 16⌋ = 6 steps, one a round, an epoch. */
    private static final int ROUNDS = 60;

    private static final List<String> SETTINGS = List.of(
            "training.batch=8", "training.epochs=10", "training.steps-per-round=1", "evaluation.every-epochs=3");

    private static final int SEED = 6;

    /** Rounds between two faults. */
    private static final int LEAST_GAP = 2;

    private static final int LARGEST_GAP = 4;

    /** How many rounds drivers may manage beyond that while a fault is injected, and again until it has shown. */
    private static final int LEEWAY = 2;

    private enum Fault {
        KILL_EXECUTOR,
        KILL_DRIVER,
        /** Until Spark has given it up. */
        STOP_EXECUTOR,
        /** Until another driver has taken its run over. */
        STOP_DRIVER,
        FILL_DISK
    }

    @TempDir
    private static Path directory;

    private final Path data = directory.resolve("prepared");
    private final Path run = directory.resolve("run");
    private final Path fullDisk = directory.resolve("full-disk");
    private final Path gate = directory.resolve("gate");

    @AutoClose
    private final TrainDrivers drivers = new TrainDrivers();

    @Test
    void endsWithTheFaultFreeParametersAGaplessLedgerAndNoStrayFiles() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/cmdline")), "executors are found in /proc");
        prepare();
        Path faultFree = directory.resolve("fault-free");
        assertThat(drivers.start(Map.of(), TrainDriver.arguments(faultFree, data, "local[2]", SETTINGS))
                        .exitCode())
                .isEqualTo(0);

        Random random = new Random(SEED);
        List<Fault> faults = new ArrayList<>(List.of(Fault.values()));
        faults.addAll(List.of(Fault.KILL_EXECUTOR, Fault.KILL_DRIVER));
        Collections.shuffle(faults, random);
        assertThat(faults.size() * (LARGEST_GAP + 2 * LEEWAY))
                .as("however slow the test is, the run is not over before the last fault")
                .isLessThan(ROUNDS);
        // Room for two drivers at once.
        try (StandaloneCluster cluster = new StandaloneCluster(directory.resolve("cluster"), 2, 2)) {
            FaultyDisk.open(gate, LARGEST_GAP);
            TrainDriver driver = start(cluster);
            long round = 0;
            for (Fault fault : faults) {
                long wanted = round + random.nextInt(LEAST_GAP, LARGEST_GAP + 1);
                FaultyDisk.open(gate, wanted + LEEWAY);
                round = driver.awaitSaved(wanted);
                driver = harm(fault, driver, cluster, wanted + 2 * LEEWAY);
            }
            Files.delete(gate);
            assertThat(driver.exitCode()).isEqualTo(0);
        }

        assertThat(pinned(run)).isEqualTo(pinned(faultFree));
        assertThat(names(run))
                .containsExactlyInAnyOrder(
                        "checkpoints", "config.conf", "metrics.jsonl", "events.out.tfevents.dcd", "summary.json");
        assertThat(names(run.resolve("checkpoints")))
                .containsExactlyInAnyOrder("step-00000058", "step-00000059", "step-00000060");
        for (long step : new long[] {58, 59, 60}) {
            assertThat(checkpoint(run, step))
                    .as("the checkpoint of step %d", step)
                    .isEqualTo(checkpoint(faultFree, step));
        }
        assertThat(steps("round"))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, ROUNDS).boxed().toList());
        assertThat(steps("evaluation")).as("after epochs 3, 6, 9 and 10").containsExactly(18, 36, 54, 60);
    }

    /**
     * @param lastRound that drivers may finish until the fault has shown
     * @return the driver that goes on
     */
    private TrainDriver harm(Fault fault, TrainDriver driver, StandaloneCluster cluster, long lastRound)
            throws Exception {
        int before = driver.lines();
        switch (fault) {
            case KILL_EXECUTOR -> {
                assertThat(executor(cluster).destroyForcibly()).isTrue();
                awaitLoss(driver, before);
            }
            case STOP_EXECUTOR -> {
                ProcessHandle executor = executor(cluster);
                ExecutorProcesses.signal(executor, "STOP");
                awaitLoss(driver, before);
                // Unless the worker process has killed it meanwhile, it goes on with a round that others have finished.
                new ProcessBuilder("kill", "-CONT", Long.toString(executor.pid()))
                        .start()
                        .waitFor();
            }
            case KILL_DRIVER -> {
                driver.kill();
                return resume(cluster);
            }
            case STOP_DRIVER -> {
                ExecutorProcesses.signal(driver.handle(), "STOP");
                FaultyDisk.open(gate, lastRound);
                TrainDriver successor = resume(cluster);
                successor.awaitSaved(1);
                ExecutorProcesses.signal(driver.handle(), "CONT");
                driver.awaitLine(before, "this driver was silent for too long and lost ");
                assertThat(driver.exitCode()).as("the fault fired").isEqualTo(ExitCode.CHECKPOINT.code());
                return successor;
            }
            case FILL_DISK -> {
                Files.createFile(fullDisk);
                FaultyDisk.open(gate, lastRound);
                driver.awaitLine(before, FaultyDisk.NO_SPACE);
                assertThat(driver.exitCode()).as("the fault fired").isEqualTo(ExitCode.CHECKPOINT.code());
                Files.delete(fullDisk);
                return resume(cluster);
            }
        }
        return driver;
    }

    private static ProcessHandle executor(StandaloneCluster cluster) {
        List<ProcessHandle> executors = cluster.executors();
        assertThat(executors).isNotEmpty();
        return executors.get(0);
    }

    /** The fault fired: the driver noticed that an executor is gone. */
    private static void awaitLoss(TrainDriver driver, int before) throws InterruptedException {
        // "Lost executor", or "Actual reason for lost executor" if its end came first.
        driver.awaitLine(before, "ost executor");
    }

    private TrainDriver resume(StandaloneCluster cluster) throws Exception {
        TrainDriver driver = start(cluster);
        driver.awaitLine("resuming after");
        return driver;
    }

    private TrainDriver start(StandaloneCluster cluster) throws IOException {
        Map<String, String> properties = new HashMap<>(FaultyDisk.full(fullDisk));
        properties.putAll(FaultyDisk.gate(gate));
        properties.putAll(Map.ofEntries(
                Map.entry("spark.cores.max", "2"),
                Map.entry("spark.executor.cores", "1"),
                Map.entry("spark.executor.extraClassPath", System.getProperty("java.class.path")),
                Map.entry(
                        "spark.executor.extraJavaOptions",
                        "--add-modules=jdk.incubator.vector -Dlog4j2.configurationFile=log4j2-test.properties"),
                Map.entry("spark.executorEnv.OMP_NUM_THREADS", "1"),
                Map.entry("spark.scheduler.minRegisteredResourcesRatio", "1"),
                Map.entry("spark.scheduler.maxRegisteredResourcesWaitingTime", "10min"),
                // An executor that is silent for so long is given up, and a stopped driver does not lose its own.
                Map.entry("spark.storage.blockManagerHeartbeatTimeoutMs", "15s"),
                Map.entry("spark.network.timeoutInterval", "1s"),
                Map.entry("spark.executor.heartbeatInterval", "1s"),
                Map.entry("spark.executor.heartbeat.maxFailures", "600")));
        return drivers.start(properties, TrainDriver.arguments(run, data, cluster.master(), SETTINGS));
    }

    private static void prepare() throws IOException {
        SparkConf conf =
                new SparkConf().setMaster("local[2]").setAppName("prepare").set("spark.ui.enabled", "false");
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            PreparedImages.prepare(spark, directory);
        }
    }

    /** The manifest of a checkpoint, which holds counters and hashes, and is compared with the files. */
    private static String checkpoint(Path run, long step) throws IOException {
        RunDirectory.at(new Configuration(), new org.apache.hadoop.fs.Path(run.toUri()))
                .checkpoints()
                .load(step);
        Path checkpoint = run.resolve("checkpoints").resolve("step-%08d".formatted(step));
        assertThat(names(checkpoint)).containsExactlyInAnyOrder("manifest.json", "parameters.f32", "velocity.f32");
        return Files.readString(checkpoint.resolve("manifest.json"));
    }

    /** The line that pins the parameters. */
    private static String pinned(Path run) throws IOException {
        return Files.readAllLines(run.resolve("summary.json")).stream()
                .filter(line -> line.contains("parameters_sha256"))
                .findFirst()
                .orElseThrow();
    }

    /** The steps of the ledger's lines of a type. */
    private List<Integer> steps(String type) throws IOException {
        return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
                .filter(line -> line.contains("\"type\":\"" + type + "\""))
                .map(line -> Integer.parseInt(line.replaceAll(".*\"step\":(\\d+),.*", "$1")))
                .toList();
    }

    private static List<String> names(Path path) throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
