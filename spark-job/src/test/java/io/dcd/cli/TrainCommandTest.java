package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.PreparedImages;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dcd train} and {@code dcd evaluate} as a user meets them: exit codes, one line for what is wrong, nothing half-written. */
class TrainCommandTest {
    private static final List<String> SMALL = List.of(
            "--master=local[2]",
            "--set=network.name=mobilenetv2-x0.35-static",
            "--set=data.image-size=32",
            "--set=training.workers=2",
            "--set=training.batch=10",
            "--set=training.epochs=1",
            "--set=training.limit-rounds=1",
            "--set=training.steps-per-round=2");

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
    void trainsThenEvaluatesToTheSameFigures() {
        assertThat(train("--json")).as(err.toString()).isEqualTo(0);
        String summary = out.toString();
        assertThat(summary).contains("\"top1\" :", "\"images\" : 30", "\"parameters_sha256\" :");
        assertThat(err.toString()).contains("epoch 1/1, round 1/3: loss", "saved step 2");

        out.getBuffer().setLength(0);
        assertThat(run(
                        "evaluate",
                        "--run=" + directory.resolve("run"),
                        "--data=" + data,
                        "--json",
                        "--master=local[2]"))
                .as(err.toString())
                .isEqualTo(0);
        for (String figure : List.of("top1", "top5", "loss", "parameters_sha256")) {
            assertThat(line(out.toString(), figure)).isEqualTo(line(summary, figure));
        }
    }

    @Test
    void unknownNetworkIsAUsageError() {
        assertFails(2, "mobilenet-v9", "--network=mobilenet-v9");
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    void unknownSettingIsAUsageErrorThatNamesTheNearest() {
        assertFails(2, "unknown setting training.epoch; did you mean training.epochs?", "--set=training.epoch=3");
    }

    @Test
    void missingOptionIsAUsageError() {
        assertThat(run("train", "--run=" + directory.resolve("run"))).isEqualTo(2);
        assertThat(err.toString()).contains("Missing required option: '--data=DIR'", "See 'dcd train --help'");
    }

    @Test
    void directoryWithoutManifestIsADataError() {
        assertThat(run("train", "--run=" + directory.resolve("run"), "--data=" + directory))
                .isEqualTo(3);
        assertThat(err.toString()).contains("holds no prepared data").hasLineCount(1);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void damagedShardIsADataErrorThatNamesIt() throws IOException {
        Path copy = directory.resolve("data");
        copy(data, copy);
        for (Path shard : files(copy.resolve("train"))) {
            Files.write(shard, Arrays.copyOf(Files.readAllBytes(shard), 500));
        }
        assertThat(run("train", "--run=" + directory.resolve("run"), "--data=" + copy))
                .isEqualTo(3);
        assertThat(err.toString().lines().toList())
                .last()
                .asString()
                .contains("train/part-0000", ".parquet")
                .startsWith("dcd train: ");
    }

    @Test
    void otherDirectoryIsACheckpointError() throws IOException {
        Files.createDirectories(directory.resolve("run"));
        Files.writeString(directory.resolve("run/notes.txt"), "mine");
        assertFails(6, "is no run directory: it holds notes.txt");
        assertThat(directory.resolve("run")).isDirectoryContaining("glob:**/notes.txt");
    }

    @Test
    void checkpointOfAnotherNetworkIsACheckpointError() {
        assertThat(train()).as(err.toString()).isEqualTo(0);
        assertFails(6, "network.name = mobilenetv2-x0.35-static", "--set=network.name=mobilenetv2-x0.5-static");
        for (String difference : List.of("network.name=mobilenetv2-x0.5-static", "network.stem-stride=2")) {
            err.getBuffer().setLength(0);
            assertThat(run("evaluate", "--run=" + directory.resolve("run"), "--data=" + data, "--set=" + difference))
                    .isEqualTo(6);
            assertThat(err.toString()).contains("drop the difference").hasLineCount(1);
        }
    }

    @Test
    void divergenceHasItsOwnCode() {
        assertFails(4, "training diverged", "--set=training.learning-rate=1e38", "--set=training.limit-rounds=0");
        assertThat(directory.resolve("run/summary.json")).doesNotExist();
    }

    @Test
    void evaluatingNoRunIsACheckpointError() {
        assertThat(run("evaluate", "--run=" + directory.resolve("none"), "--data=" + data))
                .isEqualTo(6);
        assertThat(err.toString()).contains("there is no run in").hasLineCount(1);
        assertThat(directory.resolve("none")).doesNotExist();
    }

    private int train(String... options) {
        List<String> arguments = new ArrayList<>(List.of("--run=" + directory.resolve("run"), "--data=" + data));
        arguments.addAll(List.of(options));
        return run("train", arguments.toArray(String[]::new));
    }

    private void assertFails(int code, String message, String... options) {
        err.getBuffer().setLength(0);
        assertThat(train(options)).as(err.toString()).isEqualTo(code);
        assertThat(err.toString().lines().toList())
                .last()
                .asString()
                .startsWith("dcd train: ")
                .contains(message);
    }

    private int run(String command, String... options) {
        List<String> arguments = new ArrayList<>();
        arguments.add(command);
        if (command.equals("train")) {
            arguments.addAll(SMALL);
        }
        arguments.addAll(List.of(options));
        return Dcd.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
    }

    private static String line(String json, String name) {
        return json.lines()
                .filter(line -> line.contains("\"" + name + "\""))
                .map(line -> line.replace(",", "").strip())
                .findFirst()
                .orElseThrow();
    }

    private static void copy(Path source, Path target) throws IOException {
        try (Stream<Path> paths = Files.walk(source)) {
            for (Path path : paths.toList()) {
                Files.copy(path, target.resolve(source.relativize(path).toString()));
            }
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.toList();
        }
    }
}
