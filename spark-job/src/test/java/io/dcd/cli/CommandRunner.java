package io.dcd.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.stream.Stream;

/** Runs commands as a user types them, and keeps what the last one printed. */
final class CommandRunner {
    private StringWriter out = new StringWriter();
    private StringWriter err = new StringWriter();

    /** @return the exit code */
    int run(String... arguments) {
        out = new StringWriter();
        err = new StringWriter();
        return Dcd.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    /** Runs a command with {@code usual} options and {@code more} behind them. */
    int run(String[] usual, String... more) {
        return run(Stream.concat(Arrays.stream(usual), Arrays.stream(more)).toArray(String[]::new));
    }

    /** What the last command printed as its result. */
    String out() {
        return out.toString();
    }

    /** What else it said. */
    String err() {
        return err.toString();
    }

    /** Its result, printed as JSON. */
    JsonNode json() {
        try {
            return new ObjectMapper().readTree(out());
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + out() + err(), e);
        }
    }
}
