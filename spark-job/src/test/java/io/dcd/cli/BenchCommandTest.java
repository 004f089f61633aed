package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
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

    private final CommandRunner dcd = new CommandRunner();

    @ParameterizedTest
    @ValueSource(strings = {"train", "infer"})
    void measuresBothModes(String mode) {
        assertThat(run("--mode=" + mode, "--json", "--profile")).as(dcd.err()).isEqualTo(0);
        JsonNode report = dcd.json();
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
        assertThat(run("--profile")).as(dcd.err()).isEqualTo(0);
        assertThat(dcd.out()).contains("images/s", "batch 2 at 32 × 32", "BatchNormalization");
    }

    @Test
    void namesTheRemedyWhereThereIsNoPeer() {
        assertThat(run("--peer")).isEqualTo(2);
        assertThat(dcd.err()).contains("libtorch is not on the class path", "-Ppeer");
    }

    @Test
    void refusesWhatCannotRun() {
        assertThat(run("--threads=0")).isEqualTo(2);
        assertThat(dcd.err()).contains("--threads must be at least 1, got 0");
        assertThat(run("--backend=abacus")).isEqualTo(2);
        assertThat(dcd.err()).contains("there is no backend 'abacus'");
    }

    private int run(String... arguments) {
        String[] all = Stream.concat(Arrays.stream(SMALL), Arrays.stream(arguments))
                .filter(argument -> arguments.length == 0 || !overridden(argument, arguments))
                .toArray(String[]::new);
        return dcd.run(all);
    }

    /** Whether a later argument sets the same option. */
    private static boolean overridden(String argument, String[] arguments) {
        String name = argument.split("=")[0];
        return Arrays.stream(arguments).anyMatch(other -> other != argument && other.split("=")[0].equals(name));
    }
}
