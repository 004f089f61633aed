package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.ExecutorProcesses;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spark's own master and workers, a process each, on free ports of this machine. */
final class StandaloneCluster implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("Starting Spark master at (spark://\\S+)");
    private static final Pattern REGISTERED = Pattern.compile("Successfully registered with master");

    private final List<Process> workers = new ArrayList<>();
    private final Process master;
    private final String url;

    /** @param cores of each worker */
    StandaloneCluster(Path directory, int workers, int cores) throws IOException, InterruptedException {
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        this.master = start("org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", "0");
        Runtime.getRuntime().addShutdownHook(new Thread(this::end));
        try {
            this.url = awaitLine(master, URL).group(1);
            for (int i = 0; i < workers; i++) {
                Process worker = start(
                        "org.apache.spark.deploy.worker.Worker",
                        "--host",
                        "127.0.0.1",
                        "--cores",
                        Integer.toString(cores),
                        "--memory",
                        "8g",
                        "--work-dir",
                        directory.resolve("work-" + i).toString(),
                        url);
                this.workers.add(worker);
                awaitLine(worker, REGISTERED);
            }
        } catch (IOException | RuntimeException | AssertionError | InterruptedException e) {
            end();
            throw e;
        }
    }

    /** Where drivers find it. */
    String master() {
        return url;
    }

    /** The executors of the driver that came last. */
    List<ProcessHandle> executors() {
        // Names of applications grow with time.
        TreeMap<String, List<ProcessHandle>> byApplication = new TreeMap<>();
        workers.stream().flatMap(Process::children).forEach(child -> ExecutorProcesses.application(child)
                .ifPresent(name -> byApplication
                        .computeIfAbsent(name, ignored -> new ArrayList<>())
                        .add(child)));
        return byApplication.isEmpty() ? List.of() : byApplication.lastEntry().getValue();
    }

    private static Process start(String main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(TrainDriver.java(Map.of()));
        command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(main, "--webui-port", "0"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Waits for a line of the log. */
    private static Matcher awaitLine(Process process, Pattern pattern) throws InterruptedException {
        WatchedOutput output = new WatchedOutput(process.inputReader(StandardCharsets.UTF_8));
        Matcher matcher = pattern.matcher(
                output.await(0, pattern.pattern(), line -> pattern.matcher(line).find()));
        assertThat(matcher.find()).isTrue();
        return matcher;
    }

    private void end() {
        workers.forEach(StandaloneCluster::end);
        end(master);
    }

    /** With its executors, even those that are stopped. */
    private static void end(Process process) {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
        end();
        workers.forEach(worker -> worker.onExit().join());
        master.onExit().join();
    }
}
