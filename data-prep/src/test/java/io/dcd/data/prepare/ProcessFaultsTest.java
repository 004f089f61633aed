package io.dcd.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.data.DataException;
import io.dcd.data.PreparedData;
import io.dcd.data.prepare.PrepareProcess.Fault;
import io.dcd.data.testing.DrawnArchives;
import io.dcd.data.testing.LocalSpark;
import io.dcd.data.testing.Preparations;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes die, the driver, an executor, a task between writing and committing, or stand still and go on late. What comes out is what
 * undisturbed work makes.
 */
@Tag("cluster")
class ProcessFaultsTest {
    /** Far more than any process takes, on any machine. */
    private static final Duration BOUND = Duration.ofMinutes(10);

    @TempDir
    private Path directory;

    private Path source;
    private Path output;

    @BeforeEach
    void writeArchives() throws IOException {
        source = directory.resolve("source");
        output = directory.resolve("prepared");
        DrawnArchives.write(source, 6, 12, 4);
    }

    @Test
    void aDriverThatDiesLosesNothing() throws IOException, InterruptedException {
        Outcome killed = run("local[2]", "file", Fault.DRIVER_DIES);
        assertThat(killed.exitCode()).as("the driver died: %s", killed.output()).isEqualTo(PrepareProcess.KILLED);
        assertThatThrownBy(() -> PreparedData.open(new Configuration(), Preparations.path(output)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("run `dcd prep");
        assertThat(output.resolve("_lease.json"))
                .as("the dead driver's lease, which the next one takes over")
                .exists();
        assertSameAsUndisturbed(run("local[2]", "file", Fault.NONE));
    }

    @Test
    void executorsAndTasksThatDieAreReplaced() throws IOException, InterruptedException {
        Outcome outcome = run("local-cluster[2,1,1024]", DyingFileSystem.SCHEME, Fault.EXECUTOR_DIES);
        assertThat(outcome.output()).as("an executor was killed").contains("killed an executor: true");
        assertThat(DyingFileSystem.evidence(output.toFile()))
                .as("a process died before it had named its shard")
                .exists();
        assertSameAsUndisturbed(outcome);
    }

    /** A machine that was suspended wakes up: the shard that it was writing comes after the commit. */
    @Test
    void aProcessThatGoesOnAfterAnotherHasCommittedChangesNothing() throws IOException, InterruptedException {
        File prepared = output.toFile();
        Process stopped = start("local[1]", PausingFileSystem.SCHEME, Fault.NONE);
        try {
            Awaitility.await("a shard is half-written")
                    .atMost(BOUND)
                    .until(() -> PausingFileSystem.waiting(prepared).exists() || !stopped.isAlive());
            signal("STOP", stopped);
            Awaitility.await("the process stands still").atMost(BOUND).until(() -> state(stopped)
                    .startsWith("T"));

            PreparedData committed;
            try (JavaSparkContext spark = LocalSpark.start(1)) {
                committed = prepare(spark, output);
            }
            Map<String, List<Byte>> before = Preparations.files(output);

            assertThat(PausingFileSystem.released(prepared).createNewFile()).isTrue();
            signal("CONT", stopped);
            Outcome late = outcome(stopped, Fault.NONE);
            assertThat(PausingFileSystem.wentOn(prepared))
                    .as("it wrote its shard to the end: %s", late.output())
                    .exists();
            assertThat(late.exitCode()).as(late.output()).isNotZero();
            assertThat(Preparations.files(output))
                    .as("what was committed, and no other file")
                    .isEqualTo(before);
            assertSameAsUndisturbed(new Outcome(0, "fingerprint " + committed.fingerprint()));
        } finally {
            stopped.destroyForcibly();
        }
    }

    private static void signal(String name, Process process) throws IOException, InterruptedException {
        int exitCode = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertThat(exitCode).as("kill -%s", name).isZero();
    }

    /** Begins with T while the process stands still. */
    private static String state(Process process) throws IOException {
        Process list = new ProcessBuilder("ps", "-o", "stat=", "-p", Long.toString(process.pid())).start();
        return new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private PreparedData prepare(JavaSparkContext spark, Path target) {
        PrepareOptions options = Preparations.options(source, target)
                .withShardLimits(PrepareProcess.SHARDS)
                .build();
        return new PrepareJob(spark, options, PrepareListener.NONE).run();
    }

    private void assertSameAsUndisturbed(Outcome outcome) throws IOException {
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        Path elsewhere = directory.resolve("undisturbed");
        try (JavaSparkContext spark = LocalSpark.start(1)) {
            PreparedData expected = prepare(spark, elsewhere);
            assertThat(outcome.output()).contains("fingerprint " + expected.fingerprint());
            PreparedData repaired = PreparedData.open(spark.hadoopConfiguration(), Preparations.path(output));
            assertThat(new VerifyJob(spark, repaired, PrepareListener.NONE)
                            .run()
                            .problems())
                    .isEmpty();
        }
        assertThat(Preparations.files(output)).as("every file, and no other").isEqualTo(Preparations.files(elsewhere));
    }

    private record Outcome(int exitCode, String output) {}

    private Outcome run(String master, String scheme, Fault fault) throws IOException, InterruptedException {
        return outcome(start(master, scheme, fault), fault);
    }

    private Process start(String master, String scheme, Fault fault) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx512m");
        command.addAll(java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens") || argument.startsWith("-Djdk."))
                .toList());
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                PrepareProcess.class.getName(),
                master,
                source.toUri().toString(),
                scheme + "://" + output,
                fault.name()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log(fault).toFile());
        builder.environment().put("SPARK_HOME", sparkHome().toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.12");
        builder.directory(directory.toFile());
        return builder.start();
    }

    private Path log(Fault fault) {
        return directory.resolve(fault + ".log");
    }

    private Outcome outcome(Process process, Fault fault) throws IOException, InterruptedException {
        try {
            assertThat(process.waitFor(BOUND.toMinutes(), TimeUnit.MINUTES))
                    .as("ends in bounded time")
                    .isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Outcome(process.exitValue(), Files.readString(log(fault)));
    }

    /** A directory that Spark takes for its installation: links to this test's own jars. */
    private Path sparkHome() throws IOException {
        Path home = directory.resolve("spark");
        Path jars = home.resolve("jars");
        if (Files.notExists(jars)) {
            Files.createDirectories(jars);
            for (String entry :
                    Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator))) {
                Path jar = Path.of(entry);
                if (entry.endsWith(".jar")) {
                    Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
                }
            }
        }
        return home;
    }
}
