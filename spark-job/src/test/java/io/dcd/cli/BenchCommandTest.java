package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchCommandTest {
    private static final String[] SMALL = {
        "bench",
        "mobilenetv2-x0.35-dcd",
        "--batch=2",
        "--image-size=32",
        "--classes=5",
        "--threads=1",
        "--warmups=0",
        "--repeats=1"
    };

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"train", "infer"})
    void measuresBothModes(String mode) throws Exception {
        assertThat(run("--mode=" + mode, "--json", "--profile"))
                .as(err.toString())
                .isEqualTo(0);
        JsonNode report = new ObjectMapper().readTree(out.toString());
        assertThat(report.get("mode").asText()).isEqualTo(mode);
        double milliseconds = report.get("step_milliseconds").asDouble();
        assertThat(milliseconds).isPositive();
        assertThat(report.get("images_per_second").asDouble() * milliseconds)
                .as("images of a step")
                .isCloseTo(2000, within(1e-6));
        assertThat(report.get("profile").size()).isGreaterThan(50);
        assertThat(report.get("peer").isNull()).isTrue();
    }

    @Test
    void printsTheDearestOperations() {
        assertThat(run("--profile")).as(err.toString()).isEqualTo(0);
        assertThat(out.toString()).contains("images/s", "batch 2 at 32 × 32", "BatchNormalization");
    }

    @Test
    void namesTheRemedyWhereThereIsNoPeer() {
        assertThat(run("--peer")).isEqualTo(2);
        assertThat(err.toString()).contains("libtorch is not on the class path", "-Ppeer");
    }

    @Test
    void refusesWhatCannotRun() {
        assertThat(run("--threads=0")).isEqualTo(2);
        assertThat(err.toString()).contains("--threads must be at least 1, got 0");
        assertThat(run("--backend=abacus")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no backend 'abacus'");
    }

    private int run(String... arguments) {
        String[] all = Stream.concat(Arrays.stream(SMALL), Arrays.stream(arguments))
                .filter(argument -> arguments.length == 0 || !overridden(argument, arguments))
                .toArray(String[]::new);
        return Dcd.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all);
    }

    /** Whether a later argument sets the same option. */
    private static boolean overridden(String argument, String[] arguments) {
        String name = argument.split("=")[0];
        return Arrays.stream(arguments).anyMatch(other -> other != argument && other.split("=")[0].equals(name));
    }
}
