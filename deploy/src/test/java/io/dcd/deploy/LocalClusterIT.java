package io.dcd.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The standalone cluster script, with real Master, Worker and executor processes. */
class LocalClusterIT {
    private static final Path SCRIPT = Scripts.MODULE.resolve("bin/local-cluster");
    private static final Path SPARK_HOME = Scripts.MODULE.resolve("target/spark");

    @TempDir
    private Path temporary;

    private Path directory;

    @BeforeEach
    void chooseDirectory() {
        directory = temporary.resolve("a cluster");
    }

    @AfterEach
    void stopCluster() throws Exception {
        Scripts.run(temporary, SCRIPT, "stop", "--directory", directory);
    }

    @Test
    void runsASubmittedJobOnAllWorkersAndStopsWithoutATrace() throws Exception {
        Scripts.Outcome start = start();
        assertThat(start.exitCode()).as(start.errors()).isZero();
        assertThat(start.lines()).singleElement().asString().matches("spark://127\\.0\\.0\\.1:\\d+");
        String url = start.lines().get(0);

        Scripts.Outcome job = submit(url);
        assertThat(job.exitCode()).as(job.errors()).isZero();
        assertThat(job.lines()).containsExactly("executors 2 of 2, sum 85344");

        Scripts.Outcome status = Scripts.run(temporary, SCRIPT, "status", "--directory", directory);
        assertThat(status.exitCode()).isZero();
        assertThat(status.output()).contains("master\trunning", "worker-1\trunning", "worker-2\trunning", url);

        List<ProcessHandle> daemons = daemons();
        assertThat(daemons).as("one master and two workers run").hasSize(3);
        Scripts.Outcome stop = Scripts.run(temporary, SCRIPT, "stop", "--directory", directory);
        assertThat(stop.exitCode()).as(stop.errors()).isZero();
        await("the system has taken leave of the ended processes")
                .atMost(Duration.ofMinutes(2))
                .until(() -> daemons.stream().noneMatch(ProcessHandle::isAlive));
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.map(file -> file.getFileName().toString()))
                    .as("only logs and work directories stay")
                    .allMatch(name -> name.endsWith(".log") || name.startsWith("work-"));
        }
    }

    @Test
    void aSecondStartFindsTheFirst() throws Exception {
        Scripts.Outcome first = start();
        List<ProcessHandle> daemons = daemons();
        Scripts.Outcome second = start();
        assertThat(second.exitCode()).isZero();
        assertThat(second.output()).isEqualTo(first.output());
        assertThat(daemons()).isEqualTo(daemons);
    }

    @Test
    void aDeadWorkerShowsInTheStatus() throws Exception {
        start();
        ProcessHandle worker = process(directory.resolve("worker-2.pid"));
        worker.destroyForcibly();
        worker.onExit().join();
        Scripts.Outcome status = Scripts.run(temporary, SCRIPT, "status", "--directory", directory);
        assertThat(status.exitCode()).isEqualTo(5);
        assertThat(status.output()).contains("worker-1\trunning", "worker-2\tdead");
    }

    @Test
    void withoutAClusterStatusFailsAndStopDoesNot() throws Exception {
        Scripts.Outcome status = Scripts.run(temporary, SCRIPT, "status", "--directory", directory);
        assertThat(status.exitCode()).isEqualTo(5);
        assertThat(status.errors()).contains("no cluster in " + directory);
        assertThat(Scripts.run(temporary, SCRIPT, "stop", "--directory", directory)
                        .exitCode())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"--workers, many", "--workers, 0", "--cores, 1.5", "--memory, 2", "--port, any"})
    void wrongNumbersStartNothing(String option, String value) throws Exception {
        Scripts.Outcome outcome = Scripts.run(temporary, SCRIPT, "start", "--directory", directory, option, value);
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.errors())
                .startsWith("local-cluster: " + option + " must be ")
                .contains("got " + value);
        assertThat(directory).doesNotExist();
    }

    private Scripts.Outcome start() throws Exception {
        return Scripts.run(temporary, SCRIPT, "start", "--port", 0, "--memory", "1g", "--directory", directory);
    }

    private Scripts.Outcome submit(String master) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Scripts.MODULE.resolve("conf/java.options"),
                "-cp",
                SPARK_HOME.resolve("jars") + "/*",
                "org.apache.spark.deploy.SparkSubmit",
                "--master",
                master,
                "--executor-memory",
                "512m",
                "--conf",
                "spark.ui.enabled=false",
                "--class",
                ExecutorCount.class.getName(),
                jarOf(ExecutorCount.class).toString(),
                "2");
        builder.environment().put("SPARK_HOME", SPARK_HOME.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.12");
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        return Scripts.run(builder);
    }

    private Path jarOf(Class<?> job) throws IOException {
        Path jar = temporary.resolve("job.jar");
        String entry = job.getName().replace('.', '/') + ".class";
        try (JarOutputStream output = new JarOutputStream(Files.newOutputStream(jar));
                InputStream bytes = job.getResourceAsStream("/" + entry)) {
            output.putNextEntry(new JarEntry(entry));
            bytes.transferTo(output);
            output.closeEntry();
        }
        return jar;
    }

    private List<ProcessHandle> daemons() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".pid"))
                    .sorted()
                    .map(LocalClusterIT::process)
                    .toList();
        }
    }

    private static ProcessHandle process(Path pidFile) {
        try {
            return ProcessHandle.of(Long.parseLong(Files.readString(pidFile).strip()))
                    .orElseThrow(() -> new AssertionError("no process for " + pidFile));
        } catch (IOException e) {
            throw new AssertionError("cannot read " + pidFile, e);
        }
    }
}
