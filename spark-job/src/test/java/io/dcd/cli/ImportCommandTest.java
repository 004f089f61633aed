package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.graph.Parameter;
import io.dcd.vector.Vectors;
import io.dcd.worker.NetworkSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.fs.FileUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code dcd import} of a file that PyTorch wrote: a MobileNetV2 ×0.05 with DCD of four classes, as the published code saves
 * it ({@code make_fixtures.py} among model's test resources).
 */
@ExtendWith(SmallRun.Resolver.class)
class ImportCommandTest {
    @TempDir
    private Path directory;

    private final CommandRunner dcd = new CommandRunner();
    private final Path data;

    ImportCommandTest(SmallRun small) {
        data = small.data();
    }

    @Test
    void importedWeightsAreEvaluatedAndTrainedFurther() throws IOException {
        assertThat(importFile(checkpoint(), "--json", "--set=data.image-size=32"))
                .as(dcd.err())
                .isEqualTo(0);
        assertThat(dcd.out())
                .contains(
                        "\"classes\" : 4",
                        "\"new_classifier\" : false",
                        "\"tensors\" : 724",
                        "\"ignored_counters\" : 118",
                        "\"file_sha256\" : ");
        String parameters = line("parameters_sha256");
        assertThat(run().resolve("import.json")).content().contains("mobilenetv2-x0.05-dcd.pth.tar", parameters);

        assertThat(dcd.run("evaluate", "--run=" + run(), "--data=" + data, "--json", "--master=local[2]"))
                .as(dcd.err())
                .isEqualTo(0);
        assertThat(line("parameters_sha256")).as("what is evaluated").isEqualTo(parameters);
        assertThat(dcd.out()).contains("\"step\" : 0", "\"images\" : 30");

        assertThat(dcd.run(
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
                .as(dcd.err())
                .isEqualTo(0);
        assertThat(line("parameters_sha256")).as("what is trained").isNotEqualTo(parameters);
        assertThat(dcd.out()).contains("\"step\" : 2");
    }

    @Test
    void anotherNumberOfClassesGetsANewClassifier() throws IOException {
        assertThat(importFile(checkpoint(), "--set=data.image-size=32")).isEqualTo(0);
        float[] original = parameters();
        FileUtil.fullyDelete(run().toFile());
        assertThat(importFile(checkpoint(), "--set=data.image-size=32", "--set=training.seed=5", "--classes=7"))
                .as(dcd.err())
                .isEqualTo(0);
        assertThat(dcd.out()).startsWith("mobilenetv2-x0.05-dcd of 7 classes with a new classifier: 724 tensors ");
        assertThat(run().resolve("import.json")).content().contains("\"new_classifier\" : true", "\"classes\" : 7");
        float[] adapted = parameters();
        NetworkSpec four = new NetworkSpec("mobilenetv2-x0.05-dcd", 32, 4, 2, 0);
        NetworkSpec seven = new NetworkSpec("mobilenetv2-x0.05-dcd", 32, 7, 2, 0);
        float[] drawn = seven.initialParameters(5);
        for (Parameter target : seven.graph().parameters()) {
            boolean classifier = target.layer().equals("classifier");
            float[] expected = classifier ? values(drawn, target) : values(original, named(four, target.name()));
            assertThat(values(adapted, target)).as(target.name()).isEqualTo(expected);
        }
        assertThat(dcd.run("evaluate", "--run=" + run(), "--data=" + data)).isEqualTo(6);
        assertThat(dcd.err()).contains("knows 7 classes, the data in ").hasLineCount(1);
    }

    @Test
    void aClassifierOfOneClassIsRefused() throws IOException {
        assertThat(importFile(checkpoint(), "--classes=1")).isEqualTo(2);
        assertThat(dcd.err()).contains("--classes must be at least 2, got 1").hasLineCount(1);
        assertThat(run()).doesNotExist();
    }

    private float[] parameters() throws IOException {
        return Vectors.toFloats(Files.readAllBytes(run().resolve("checkpoints/step-00000000/parameters.f32")));
    }

    private static Parameter named(NetworkSpec network, String name) {
        return network.graph().parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static float[] values(float[] parameters, Parameter parameter) {
        int begin = Math.toIntExact(parameter.offset());
        return Arrays.copyOfRange(parameters, begin, begin + parameter.elements());
    }

    @Test
    void aRunThatHasCheckpointsIsNotOverwritten() throws IOException {
        assertThat(importFile(checkpoint())).as(dcd.err()).isEqualTo(0);
        assertThat(dcd.out()).startsWith("mobilenetv2-x0.05-dcd of 4 classes: 724 tensors (118 counters left out), ");
        assertThat(importFile(checkpoint())).isEqualTo(6);
        assertThat(dcd.err())
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
        assertThat(dcd.err())
                .startsWith("dcd import: " + hostile + ": its pickle asks for os.system")
                .hasLineCount(1);
        assertThat(witness).doesNotExist();
        assertThat(run()).doesNotExist();
    }

    @Test
    void anotherNetworkIsADataErrorAndAnUnknownOneOfUsage() throws IOException {
        assertThat(dcd.run("import", "--pth=" + checkpoint(), "--network=resnet50-dcd", "--run=" + run()))
                .isEqualTo(3);
        assertThat(dcd.err()).contains("does not hold the network resnet50-dcd").hasLineCount(1);
        assertThat(dcd.run("import", "--pth=" + checkpoint(), "--network=resnet51-dcd", "--run=" + run()))
                .isEqualTo(2);
        assertThat(dcd.run("import", "--pth=" + checkpoint(), "--network=resnet18-dyconv", "--run=" + run()))
                .isEqualTo(2);
        assertThat(dcd.err()).contains("static and dcd networks can be imported");
        assertThat(dcd.run("import", "--pth=missing.pth", "--network=resnet50-dcd", "--run=" + run()))
                .isEqualTo(3);
        assertThat(dcd.err()).contains("missing.pth: there is no such file");
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
        return dcd.run(arguments);
    }

    /** The value of a key of the JSON on standard output. */
    private String line(String key) {
        return dcd.json().get(key).asText();
    }
}
