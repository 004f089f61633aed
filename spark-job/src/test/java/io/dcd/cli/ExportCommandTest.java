package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import onnx.Onnx.ModelProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.ValueInfoProto;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dcd export} of an imported network; that the models compute what the engine does, OnnxModelTest checks. */
class ExportCommandTest {
    @TempDir
    private Path directory;

    private final CommandRunner dcd = new CommandRunner();

    @BeforeEach
    void importNetwork() throws IOException {
        Path file = directory.resolve("weights.pth.tar");
        try (InputStream in =
                new GZIPInputStream(ImportCommandTest.class.getResourceAsStream("mobilenetv2-x0.05-dcd.pth.tar.gz"))) {
            Files.write(file, in.readAllBytes());
        }
        assertThat(dcd.run("import", "--pth=" + file, "--network=mobilenetv2-x0.05-dcd", "--run=" + run()))
                .as(dcd.err())
                .isEqualTo(0);
    }

    @Test
    void writesAModelThatSaysWhatItIs() throws IOException {
        Path file = directory.resolve("network.onnx");
        Files.writeString(file, "an older one");
        assertThat(dcd.run("export", "--onnx=" + file, "--run=" + run(), "--json"))
                .as(dcd.err())
                .isEqualTo(0);
        ModelProto model = ModelProto.parseFrom(Files.readAllBytes(file));
        assertThat(shape(model.getGraph().getInput(0))).isEqualTo("images batch×3×224×224");
        assertThat(shape(model.getGraph().getOutput(0))).isEqualTo("logits batch×4");
        Map<String, String> metadata = model.getMetadataPropsList().stream()
                .collect(Collectors.toMap(StringStringEntryProto::getKey, StringStringEntryProto::getValue));
        assertThat(metadata)
                .containsEntry("network", "mobilenetv2-x0.05-dcd")
                .containsEntry("classes", "4")
                .containsEntry("image_size", "224")
                .containsEntry("input", "normalized");
        assertThat(dcd.out()).contains("\"parameters_sha256\" : \"" + metadata.get("parameters_sha256") + '"');
        assertThat(directory).isDirectoryNotContaining("glob:**_unfinished*");
    }

    @Test
    void readsPixelsOfAnotherSizeOnRequest() throws IOException {
        Path file = directory.resolve("network.onnx");
        assertThat(dcd.run("export", "--onnx=" + file, "--run=" + run(), "--input=pixels", "--set=data.image-size=96"))
                .as(dcd.err())
                .isEqualTo(0);
        ValueInfoProto images =
                ModelProto.parseFrom(Files.readAllBytes(file)).getGraph().getInput(0);
        assertThat(shape(images)).isEqualTo("images batch×96×96×3");
        assertThat(images.getType().getTensorType().getElemType()).isEqualTo(TensorProto.DataType.UINT8.getNumber());
        assertThat(dcd.out()).startsWith("mobilenetv2-x0.05-dcd at step 0, 96 × 96 images, 4 classes: " + file);
    }

    @Test
    void mistakesAreNamedAndWriteNothing() {
        Path file = directory.resolve("network.onnx");
        assertThat(dcd.run("export", "--onnx=" + file, "--run=" + directory.resolve("other")))
                .isEqualTo(6);
        assertThat(dcd.err()).contains("there is no run in").hasLineCount(1);
        assertThat(dcd.run("export", "--onnx=" + directory.resolve("missing/x.onnx"), "--run=" + run()))
                .isEqualTo(2);
        assertThat(dcd.err()).contains("there is no directory").hasLineCount(1);
        assertThat(dcd.run("export", "--onnx=" + file, "--run=" + run(), "--set=network.name=mobilenetv2-x0.1-dcd"))
                .isEqualTo(6);
        assertThat(dcd.err())
                .contains("has network.name = mobilenetv2-x0.05-dcd, not mobilenetv2-x0.1-dcd")
                .hasLineCount(1);
        assertThat(file).doesNotExist();
    }

    private static String shape(ValueInfoProto value) {
        return value.getName()
                + value.getType().getTensorType().getShape().getDimList().stream()
                        .map(each -> each.hasDimParam() ? each.getDimParam() : Long.toString(each.getDimValue()))
                        .collect(Collectors.joining("×", " ", ""));
    }

    private Path run() {
        return directory.resolve("run");
    }
}
