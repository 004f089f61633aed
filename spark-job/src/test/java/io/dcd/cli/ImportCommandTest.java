package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.PreparedImages;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code dcd import} of a file that PyTorch wrote: a MobileNetV2 ×0.05 with DCD of four classes, as the published code saves
 * it ({@code make_fixtures.py} among model's test resources).
 */
class ImportCommandTest {
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
    void importedWeightsAreEvaluatedAndTrainedFurther() throws IOException {
        assertThat(importFile(checkpoint(), "--json", "--set=data.image-size=32"))
                .as(err.toString())
                .isEqualTo(0);
        assertThat(out.toString())
                .contains("\"classes\" : 4", "\"tensors\" : 724", "\"ignored_counters\" : 118", "\"file_sha256\" : ");
        String parameters = line("parameters_sha256");
        assertThat(run().resolve("import.json")).content().contains("mobilenetv2-x0.05-dcd.pth.tar", parameters);

        assertThat(execute("evaluate", "--run=" + run(), "--data=" + data, "--json", "--master=local[2]"))
                .as(err.toString())
                .isEqualTo(0);
        assertThat(line("parameters_sha256")).as("what is evaluated").isEqualTo(parameters);
        assertThat(out.toString()).contains("\"step\" : 0", "\"images\" : 30");

        assertThat(execute(
                        "train",
                        "--run=" + run(),
                        "--data=" + data,
                        "--json",
                        "--master=local[2]",
                        "--set=training.workers=2",
                        "--set=training.batch=10",
                        "--set=training.epochs=1",
                        "--set=training.learning-rate=1e-6",
                        "--set=training.limit-rounds=1",
                        "--set=training.steps-per-round=2"))
                .as(err.toString())
                .isEqualTo(0);
        assertThat(line("parameters_sha256")).as("what is trained").isNotEqualTo(parameters);
        assertThat(out.toString()).contains("\"step\" : 2");
    }

    @Test
    void aRunThatHasCheckpointsIsNotOverwritten() throws IOException {
        assertThat(importFile(checkpoint())).as(err.toString()).isEqualTo(0);
        assertThat(out.toString())
                .startsWith("mobilenetv2-x0.05-dcd of 4 classes: 724 tensors (118 counters left out), ");
        assertThat(importFile(checkpoint())).isEqualTo(6);
        assertThat(err.toString())
                .contains("has checkpoints already; give another --run")
                .hasLineCount(1);
    }

    @Test
    void aFileThatAsksForMoreThanDataDoesNothing() throws IOException {
        Path witness = directory.resolve("hacked");
        String pickle = "\u0080\u0002cos\nsystem\nX" + (char) ("touch " + witness).length() + "\0\0\0touch " + witness
                + "\u0085R.";
        byte[] head = Files.readAllBytes(checkpoint());
        // Magic number, protocol and machine of a real file, then a pickle that would run a command.
        int at = new String(head, StandardCharsets.ISO_8859_1).indexOf("\u0080\u0002}q\0(X\u0005\0\0\0epoch");
        assertThat(at).isPositive();
        byte[] bytes = new byte[at + pickle.length()];
        System.arraycopy(head, 0, bytes, 0, at);
        System.arraycopy(pickle.getBytes(StandardCharsets.ISO_8859_1), 0, bytes, at, pickle.length());
        Path hostile = Files.write(directory.resolve("hostile.pth.tar"), bytes);

        assertThat(importFile(hostile)).isEqualTo(3);
        assertThat(err.toString())
                .startsWith("dcd import: " + hostile + ": its pickle asks for os.system")
                .hasLineCount(1);
        assertThat(witness).doesNotExist();
        assertThat(run()).doesNotExist();
    }

    @Test
    void anotherNetworkIsADataErrorAndAnUnknownOneOfUsage() throws IOException {
        assertThat(execute("import", "--pth=" + checkpoint(), "--network=resnet50-dcd", "--run=" + run()))
                .isEqualTo(3);
        assertThat(err.toString())
                .contains("does not hold the network resnet50-dcd")
                .hasLineCount(1);
        assertThat(execute("import", "--pth=" + checkpoint(), "--network=resnet51-dcd", "--run=" + run()))
                .isEqualTo(2);
        assertThat(execute("import", "--pth=" + checkpoint(), "--network=resnet18-dyconv", "--run=" + run()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("static and dcd networks can be imported");
        assertThat(execute("import", "--pth=missing.pth", "--network=resnet50-dcd", "--run=" + run()))
                .isEqualTo(3);
        assertThat(err.toString()).contains("missing.pth: there is no such file");
        assertThat(run()).doesNotExist();
    }

    private Path run() {
        return directory.resolve("run");
    }

    private Path checkpoint() throws IOException {
        Path file = directory.resolve("mobilenetv2-x0.05-dcd.pth.tar");
        try (InputStream in =
                new GZIPInputStream(ImportCommandTest.class.getResourceAsStream("mobilenetv2-x0.05-dcd.pth.tar.gz"))) {
            Files.write(file, in.readAllBytes());
        }
        return file;
    }

    private int importFile(Path file, String... more) {
        String[] arguments = new String[more.length + 4];
        arguments[0] = "import";
        arguments[1] = "--pth=" + file;
        arguments[2] = "--network=mobilenetv2-x0.05-dcd";
        arguments[3] = "--run=" + run();
        System.arraycopy(more, 0, arguments, 4, more.length);
        return execute(arguments);
    }

    private int execute(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Dcd.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    /** The value of a key of the JSON on standard output. */
    private String line(String key) {
        return out.toString()
                .lines()
                .filter(line -> line.contains('"' + key + '"'))
                .findFirst()
                .orElseThrow()
                .replaceAll(".*: \"?([^\",]+)\"?,?", "$1");
    }
}
