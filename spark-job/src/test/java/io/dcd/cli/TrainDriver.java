package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code dcd train} in a process of its own, to be harmed. {@link TrainDrivers} starts it. */
final class TrainDriver {
    /** 128 and the signal's number. */
    private static final int KILLED = 128 + 9;

    private static final Pattern SAVED = Pattern.compile("saved step (\\d+)");

    private final Process process;
    private final WatchedOutput output;

    private TrainDriver(Process process) {
        this.process = process;
        this.output = new WatchedOutput(process.errorReader(StandardCharsets.UTF_8));
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

    /** A command that starts a Java process like this one. */
    static List<String> java(Map<String, String> properties) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-") || argument.startsWith("-Djdk"))
                .forEach(command::add);
        command.add("-XX:+UseSerialGC");
        command.add("-Dlog4j2.configurationFile=log4j2-processes.properties");
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        return command;
    }

    /** @param properties of Spark */
    static TrainDriver start(Map<String, String> properties, String... arguments) throws IOException {
        List<String> command = java(properties);
        if (Arrays.stream(arguments).anyMatch(argument -> argument.startsWith("--master=spark://"))) {
            // Its executors compute; it starts sooner with the first compiler alone.
            command.add("-XX:TieredStopAtLevel=1");
        }
        command.addAll(List.of(
                "-Xmx1g",
                "-Dspark.ui.enabled=false",
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

    /** Waits for a line that contains {@code text}. */
    void awaitLine(String text) throws InterruptedException {
        awaitLine(0, text);
    }

    /** Waits for a line that contains {@code text} after the first so many. */
    void awaitLine(int begin, String text) throws InterruptedException {
        output.await(begin, "'" + text + "'", line -> line.contains(text));
    }

    /** The number of lines so far. */
    int lines() {
        return output.count();
    }

    /**
     * Waits until a step is saved.
     *
     * @param atLeast the least that will do
     * @return which it is
     */
    long awaitSaved(long atLeast) throws InterruptedException {
        return saved(output.await(0, "a saved step from " + atLeast, line -> saved(line) >= atLeast));
    }

    /** The step that a line tells of, or -1. */
    private static long saved(String line) {
        Matcher matcher = SAVED.matcher(line);
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    /** SIGTERM, by the handle: {@link Process#destroy} would close what is still to be read. */
    void terminate() {
        handle().destroy();
    }

    /** SIGKILL, which must find it alive; its executors, should it have any, end by themselves. */
    void kill() throws InterruptedException {
        assertThat(process.destroyForcibly().waitFor()).as("the fault fired").isEqualTo(KILLED);
    }

    /** Waits for its end. */
    int exitCode() throws InterruptedException {
        output.awaitEnd();
        return process.waitFor();
    }
}
