package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkCommandsTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void describePrintsTheNamesThatOthersReadAsJson() throws Exception {
        assertThat(run("describe", "mobilenetv2-x0.5-dcd", "--json")).isZero();
        JsonNode report = new ObjectMapper().readTree(out.toString());
        assertThat(report.get("trainable_parameters").asLong()).isEqualTo(3_056_616);
        assertThat(report.at("/madds/published").asLong())
                .isLessThan(report.at("/madds/executed").asLong());
        assertThat(report.get("layers")).isNotEmpty();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void describePrintsATable() {
        assertThat(run("describe", "mobilenetv2-x0.5-static", "--image-size", "64", "--classes", "10"))
                .isZero();
        assertThat(out.toString())
                .contains("64 × 64 images, 10 classes, stem stride 1")
                .contains("block1-depthwise")
                .contains("total");
    }

    @Test
    void describePrintsATableOfThePaperBesideOurs() {
        assertThat(run("describe", "--table", "1a")).isZero();
        assertThat(out.toString()).contains("Table 1a", "2.877", "mobilenetv2-x0.5-dcd:places=pw");
    }

    @Test
    void aTableAsJsonIsReadable() throws Exception {
        assertThat(run("describe", "--table", "4", "--json")).isZero();
        JsonNode rows = new ObjectMapper().readTree(out.toString()).get("rows");
        assertThat(rows.get(0).at("/published/parameters").asDouble()).isEqualTo(3.5);
    }

    @Test
    void anUnknownTableIsAUsageError() {
        assertThat(run("describe", "--table", "7")).isEqualTo(2);
        assertThat(run("describe")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no table '7'", "a network or --table is needed");
    }

    @Test
    void networksListsThem() {
        assertThat(run("networks")).isZero();
        assertThat(out.toString())
                .contains("mobilenetv2-x0.5-dcd", "3,056,616", "resnet50-condconv")
                .containsSubsequence("dyconv:", "kernels", "dcd:", "places", "blocks", "elements");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"mobilnetv2-x0.5-dcd", "mobilenetv2-x9-dcd", "resnet18-dcd:block=2", "resnet18-static:blocks=2"})
    void unknownNetworksAreUsageErrors(String name) {
        assertThat(run("describe", name)).isEqualTo(2);
        String base = name.substring(0, name.indexOf('-'));
        assertThat(err.toString().lines()).hasSize(1).first().asString().contains(base);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void impossibleOptionsAreUsageErrors() {
        assertThat(run("describe", "mobilenetv2-x0.5-dcd", "--image-size", "3")).isEqualTo(2);
        assertThat(err.toString()).contains("the image size must be at least 8, got 3");
    }

    private int run(String... arguments) {
        return Dcd.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
