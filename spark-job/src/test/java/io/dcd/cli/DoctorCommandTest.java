package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dcd.PreparedImages;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
    @TempDir
    private static Path shared;

    private static Path data;

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void prepareImages() throws IOException {
        SparkConf conf =
                new SparkConf().setMaster("local[2]").setAppName("prepare").set("spark.ui.enabled", "false");
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            data = Path.of(PreparedImages.prepare(spark, shared).directory().toUri());
        }
    }

    @Test
    void everythingIsFineAndNothingIsLeftBehind() throws IOException {
        assertThat(doctor("--data=" + data, "--run=" + directory.resolve("run"), "--json", "--set=training.workers=2"))
                .as(err.toString())
                .isEqualTo(0);
        JsonNode findings = new ObjectMapper().readTree(out.toString());
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
                        "Java heap");
        assertThat(findings.toString()).doesNotContain("REFUSAL").contains("all ", "onednn on every executor");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void tooLittleNativeMemoryIsRefusedWithTheArithmetic() {
        assertThat(doctor("--set=training.batch=100000", "--set=training.workers=1"))
                .isEqualTo(5);
        assertThat(out.toString()).contains("refusal  native memory", "× ", "lower training.batch");
        assertThat(err.toString()).contains("outside of the Java heap").hasLineCount(1);
    }

    @Test
    void workersThatTakeTurnsAreAWarning() {
        assertThat(doctor("--data=" + data, "--set=training.workers=5"))
                .as(err.toString())
                .isEqualTo(0);
        assertThat(out.toString()).contains("warning  workers", "5 workers take turns on 2 task slots");
    }

    @Test
    void missingShardIsRefusedByItsName() throws IOException {
        Path copy = directory.resolve("data");
        Files.createDirectories(copy.resolve("train"));
        for (String file : List.of("manifest.json", "classes.json")) {
            Files.copy(data.resolve(file), copy.resolve(file));
        }
        assertThat(doctor("--data=" + copy)).isEqualTo(3);
        assertThat(err.toString()).contains("part-0000", "is missing").hasLineCount(1);
    }

    private int doctor(String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "doctor",
                "--master=local[2]",
                "--network=mobilenetv2-x0.35-static",
                "--set=data.image-size=32",
                "--set=training.batch=10"));
        arguments.addAll(List.of(options));
        return Dcd.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
    }
}
