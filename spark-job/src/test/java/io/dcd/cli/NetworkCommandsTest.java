package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkCommandsTest {
    private final CommandRunner dcd = new CommandRunner();

    @Test
    void describePrintsTheNamesThatOthersReadAsJson() {
        assertThat(dcd.run("describe", "mobilenetv2-x0.5-dcd", "--json")).isZero();
        JsonNode report = dcd.json();
        assertThat(report.get("trainable_parameters").asLong()).isEqualTo(3_056_616);
        assertThat(report.at("/madds/published").asLong())
                .isLessThan(report.at("/madds/executed").asLong());
        assertThat(report.get("layers")).isNotEmpty();
        assertThat(dcd.err()).isEmpty();
    }

    @Test
    void describePrintsATable() {
        assertThat(dcd.run("describe", "mobilenetv2-x0.5-static", "--image-size", "64", "--classes", "10"))
                .isZero();
        assertThat(dcd.out())
                .contains("64 × 64 images, 10 classes, stem stride 1")
                .contains("block1-depthwise")
                .contains("total");
    }

    @Test
    void describePrintsATableOfThePaperBesideOurs() {
        assertThat(dcd.run("describe", "--table", "1a")).isZero();
        assertThat(dcd.out()).contains("Table 1a", "2.877", "mobilenetv2-x0.5-dcd:places=pw");
    }

    @Test
    void aTableAsJsonIsReadable() {
        assertThat(dcd.run("describe", "--table", "4", "--json")).isZero();
        JsonNode rows = dcd.json().get("rows");
        assertThat(rows.get(0).at("/published/parameters").asDouble()).isEqualTo(3.5);
    }

    @Test
    void anUnknownTableIsAUsageError() {
        assertThat(dcd.run("describe", "--table", "7")).isEqualTo(2);
        assertThat(dcd.err()).contains("there is no table '7'");
        assertThat(dcd.run("describe")).isEqualTo(2);
        assertThat(dcd.err()).contains("a network or --table is needed");
    }

    @Test
    void networksListsThem() {
        assertThat(dcd.run("networks")).isZero();
        assertThat(dcd.out())
                .contains("mobilenetv2-x0.5-dcd", "3,056,616", "resnet50-condconv")
                .containsSubsequence("dyconv:", "kernels", "dcd:", "places", "blocks", "elements");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"mobilnetv2-x0.5-dcd", "mobilenetv2-x9-dcd", "resnet18-dcd:block=2", "resnet18-static:blocks=2"})
    void unknownNetworksAreUsageErrors(String name) {
        assertThat(dcd.run("describe", name)).isEqualTo(2);
        String base = name.substring(0, name.indexOf('-'));
        assertThat(dcd.err().lines()).hasSize(1).first().asString().contains(base);
        assertThat(dcd.out()).isEmpty();
    }

    @Test
    void impossibleOptionsAreUsageErrors() {
        assertThat(dcd.run("describe", "mobilenetv2-x0.5-dcd", "--image-size", "3"))
                .isEqualTo(2);
        assertThat(dcd.err()).contains("the image size must be at least 8, got 3");
    }
}
