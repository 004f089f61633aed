package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(SmallRun.Resolver.class)
class DoctorCommandTest {
    private static final String[] USUAL = {
        "doctor",
        "--master=local[2]",
        "--network=mobilenetv2-x0.35-static",
        "--set=data.image-size=32",
        "--set=training.batch=10"
    };

    @TempDir
    private Path directory;

    private final CommandRunner dcd = new CommandRunner();
    private final SmallRun small;
    private final Path data;

    DoctorCommandTest(SmallRun small) {
        this.small = small;
        this.data = small.data();
    }

    @Test
    void everythingIsFineAndNothingIsLeftBehind() throws IOException {
        assertThat(doctor("--data=" + data, "--run=" + directory.resolve("run"), "--json", "--set=training.workers=2"))
                .as(dcd.err())
                .isEqualTo(0);
        JsonNode findings = dcd.json();
        assertThat(StreamSupport.stream(findings.spliterator(), false)
                        .map(finding -> finding.path("subject").asText()))
                .contains(
                        "writing the run directory",
                        "room for checkpoints",
                        "shards",
                        "images for the workers",
                        "versions",
                        "backend",
                        "native memory",
                        "Java heap",
                        "driver heap");
        assertThat(findings.toString()).doesNotContain("REFUSAL").contains("all ", "onednn on every executor");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void tooLittleNativeMemoryIsRefusedWithTheArithmetic() {
        assertThat(doctor("--set=training.batch=100000", "--set=training.workers=1"))
                .isEqualTo(5);
        assertThat(dcd.out()).contains("refusal  native memory", "× ", "lower training.batch");
        assertThat(dcd.err()).contains("outside of the Java heap").hasLineCount(1);
    }

    @Test
    void resultsThatCannotFitTheDriverAreRefused() {
        assertThat(doctor("--set=training.workers=1000000", "--set=averaging.place=driver"))
                .isEqualTo(5);
        assertThat(dcd.out()).contains("refusal  driver heap", "of 1000000 workers' results");
        assertThat(dcd.err()).contains("set averaging.place=executors").hasLineCount(1);
    }

    @Test
    void workersThatTakeTurnsAreAWarning() {
        assertThat(doctor("--data=" + data, "--set=training.workers=5"))
                .as(dcd.err())
                .isEqualTo(0);
        assertThat(dcd.out()).contains("warning  workers", "5 workers take turns on 2 task slots");
    }

    @Test
    void missingShardIsRefusedByItsName() throws IOException {
        Path copy = directory.resolve("data");
        Files.createDirectories(copy.resolve("train"));
        for (String file : List.of("manifest.json", "classes.json")) {
            Files.copy(data.resolve(file), copy.resolve(file));
        }
        assertThat(doctor("--data=" + copy)).isEqualTo(3);
        assertThat(dcd.err()).contains("part-0000", "is missing").hasLineCount(1);
    }

    @Test
    void aRunThatHasBegunIsExaminedWithItsSettings() {
        assertThat(dcd.run("doctor", "--master=local[2]", "--data=" + data, "--run=" + small.run()))
                .as(dcd.err())
                .isEqualTo(0);
        assertThat(dcd.out())
                .contains(
                        "100 in 15 row groups: 5 steps an epoch",
                        "2 on 2 task slots",
                        "fine     newest checkpoint",
                        "of step 2, whole and of this job");
    }

    @Test
    void checkpointThatTheJobCannotGoOnFromIsRefused() {
        String run = "--run=" + small.run();
        String rate = "--set=training.learning-rate=0.2";
        assertThat(dcd.run("doctor", "--master=local[2]", "--data=" + data, run, rate))
                .isEqualTo(6);
        assertThat(dcd.out()).contains("refusal  newest checkpoint");
        assertThat(dcd.err()).contains("--allow-change training.learning-rate").hasLineCount(1);
        String allowed = "--allow-change=training.learning-rate";
        assertThat(dcd.run("doctor", "--master=local[2]", "--data=" + data, run, rate, allowed))
                .as(dcd.err())
                .isEqualTo(0);
        assertThat(dcd.run("doctor", "--master=local[2]", run, "--network=mobilenetv2-x0.5-static"))
                .as("without data the network alone is compared")
                .isEqualTo(6);
        assertThat(dcd.err())
                .contains("network.name = mobilenetv2-x0.35-static")
                .hasLineCount(1);
    }

    @Test
    void recipesAreKnown() {
        assertThat(doctor("--recipe=mobilenetv2")).as(dcd.err()).isEqualTo(0);
        assertThat(doctor("--recipe=lenet")).isEqualTo(2);
        assertThat(dcd.err())
                .contains("unknown recipe lenet; there are mobilenetv2,")
                .hasLineCount(1);
    }

    private int doctor(String... options) {
        return dcd.run(USUAL, options);
    }
}
