package io.dcd.deploy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the scripts of this module as a user would: as processes, judged by exit code and output. */
final class Scripts {
    /** Ends a hanging script; far above what any takes. */
    private static final long LIMIT_MINUTES = 15;

    static final Path MODULE = Path.of("").toAbsolutePath();

    /** What a finished process left. */
    record Outcome(int exitCode, String output, String errors) {
        List<String> lines() {
            return output.lines().toList();
        }
    }

    private Scripts() {}

    static ProcessBuilder command(Path workingDirectory, Path script, Object... arguments) {
        List<String> command = new ArrayList<>(List.of("bash", script.toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ProcessBuilder(command).directory(workingDirectory.toFile());
    }

    static Outcome run(Path workingDirectory, Path script, Object... arguments)
            throws IOException, InterruptedException {
        return run(command(workingDirectory, script, arguments));
    }

    /** Output goes through files, so that a daemon holding the stream open cannot make the reader wait for ever. */
    static Outcome run(ProcessBuilder builder) throws IOException, InterruptedException {
        Path output = Files.createTempFile("output", ".txt");
        Path errors = Files.createTempFile("errors", ".txt");
        try {
            Process process = builder.redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("still running after " + LIMIT_MINUTES + " minutes: " + builder.command());
            }
            return new Outcome(process.exitValue(), read(output), read(errors));
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
