package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(SmallRun.Resolver.class)
class EvaluateCommandTest {
    private final CommandRunner dcd = new CommandRunner();
    private final SmallRun small;
    private final String[] evaluate;

    @TempDir
    private Path directory;

    EvaluateCommandTest(SmallRun small) {
        this.small = small;
        this.evaluate =
                new String[] {"evaluate", "--master=local[2]", "--run=" + small.run(), "--data=" + small.data()};
    }

    @Test
    void newestCheckpointHasTheFiguresOfTheSummary() throws IOException {
        assertThat(dcd.run(evaluate, "--json")).as(dcd.err()).isEqualTo(0);
        JsonNode summary =
                new ObjectMapper().readTree(small.run().resolve("summary.json").toFile());
        for (String figure : List.of("network", "step", "top1", "top5", "loss", "images", "parameters_sha256")) {
            assertThat(dcd.json().get(figure)).as(figure).isEqualTo(summary.get(figure));
        }
        JsonNode newest = dcd.json();
        assertThat(dcd.run(evaluate, "--json", "--step=2")).as(dcd.err()).isEqualTo(0);
        assertThat(dcd.json().get("loss")).isEqualTo(newest.get("loss"));
    }

    @Test
    void peopleGetASentence() {
        assertThat(dcd.run(evaluate, "--set=evaluation.batch=7")).as(dcd.err()).isEqualTo(0);
        assertThat(dcd.out())
                .matches(
                        "mobilenetv2-x0.35-static at step 2: top-1 [0-9.]+ %, top-5 100.00 %, loss [0-9.]+ on 30 images, in"
                                + " [0-9.]+ s\\R");
    }

    @Test
    void imagesOfAnotherSizeMeetTheNetworkThatWasTrained() {
        assertThat(dcd.run(evaluate, "--json", "--set=data.image-size=96"))
                .as(dcd.err())
                .isEqualTo(0);
        double usual = dcd.json().get("loss").asDouble();
        assertThat(dcd.run(evaluate, "--json", "--set=data.image-size=96", "--set=network.stem-stride=1"))
                .as("the stride for the 32 × 32 images of training")
                .isEqualTo(0);
        assertThat(dcd.json().get("loss").asDouble()).isEqualTo(usual);
    }

    @Test
    void mistakesAreNamed() {
        assertThat(dcd.run(evaluate, "--step=7")).isEqualTo(6);
        assertThat(dcd.err())
                .contains("there is no checkpoint of step 7 in ", "it keeps those of [2]")
                .hasLineCount(1);
        for (String difference : List.of("network.name=mobilenetv2-x0.5-static", "network.stem-stride=2")) {
            assertThat(dcd.run(evaluate, "--set=" + difference)).isEqualTo(6);
            assertThat(dcd.err())
                    .contains("has network.", "drop the difference")
                    .hasLineCount(1);
        }
        assertThat(dcd.run("evaluate", "--run=" + directory.resolve("none"), "--data=" + small.data()))
                .isEqualTo(6);
        assertThat(dcd.err()).contains("there is no run in").hasLineCount(1);
        assertThat(dcd.run("evaluate", "--run=" + small.run(), "--data=" + directory))
                .isEqualTo(3);
        assertThat(dcd.err()).contains("holds no prepared data").hasLineCount(1);
        assertThat(dcd.run("evaluate", "--run=" + small.run())).isEqualTo(2);
        assertThat(dcd.err()).contains("Missing required option: '--data=DIR'");
        assertThat(directory).isEmptyDirectory();
    }
}
