package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code dcd train} in a process of its own, to be harmed. */
final class TrainDriver {
    private final Process process;
    private final BufferedReader lines;

    private TrainDriver(Process process) {
        this.process = process;
        this.lines = process.errorReader(StandardCharsets.UTF_8);
    }

    /** A little run of two workers that saves after every round. */
    static String[] arguments(Path run, Path data, String master, List<String> settings) {
        List<String> arguments = new ArrayList<>(List.of(
                "train",
                "--run=" + run,
                "--data=" + data,
                "--master=" + master,
                "--set=network.name=mobilenetv2-x0.35-static",
                "--set=data.image-size=32",
                "--set=training.workers=2",
                "--set=checkpoint.every-rounds=1",
                "--set=checkpoint.keep=3"));
        settings.forEach(setting -> arguments.add("--set=" + setting));
        return arguments.toArray(String[]::new);
    }

    /** @param properties of Spark */
    static TrainDriver start(Map<String, String> properties, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-") || argument.startsWith("-Djdk"))
                .forEach(command::add);
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of(
                "-Xmx1g",
                "-Dspark.ui.enabled=false",
                "-Dlog4j2.configurationFile=log4j2-test.properties",
                "-cp",
                System.getProperty("java.class.path"),
                Dcd.class.getName()));
        command.addAll(List.of(arguments));
        return new TrainDriver(new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Reads until a line contains {@code text}. */
    void awaitLine(String text) throws IOException {
        List<String> seen = new ArrayList<>();
        String line = lines.readLine();
        while (line != null && !line.contains(text)) {
            seen.add(line);
            line = lines.readLine();
        }
        assertThat(line).as("a line with '%s' after %s", text, seen).isNotNull();
    }

    /** SIGTERM, by the handle: {@link Process#destroy} would close what is still to be read. */
    void terminate() {
        handle().destroy();
    }

    /** SIGKILL; its executors, should it have any, end by themselves. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Waits for its end. */
    int exitCode() throws IOException, InterruptedException {
        while (lines.readLine() != null) {
            // A full pipe would hold it up.
        }
        return process.waitFor();
    }
}
