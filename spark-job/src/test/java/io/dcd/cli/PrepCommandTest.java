package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.data.ClassIndex;
import io.dcd.data.source.OfficialArchiveWriter;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrepCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    private Path source;
    private Path output;

    @BeforeEach
    void writeArchives() throws IOException {
        source = directory.resolve("source");
        output = directory.resolve("output");
        ClassIndex classes = ClassIndex.ofWords(Map.of("n00000001", "one", "n00000002", "two"));
        try (OfficialArchiveWriter writer = new OfficialArchiveWriter(
                new Configuration(), new org.apache.hadoop.fs.Path(source.toUri()), classes)) {
            for (int i = 0; i < 6; i++) {
                writer.addTraining("n0000000" + (1 + i % 2), jpeg(30 + i));
                writer.addValidation("n0000000" + (1 + i % 2), jpeg(40 + i));
            }
        }
    }

    private static byte[] jpeg(int width) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(new BufferedImage(width, 30, BufferedImage.TYPE_INT_RGB), "jpeg", bytes))
                .isTrue();
        return bytes.toByteArray();
    }

    @Test
    void preparesAndSaysWhatThereIs() {
        assertThat(run("prep", "--master", "local[2]", "--source", source.toString(), "--output", output.toString()))
                .as(err.toString())
                .isEqualTo(0);
        assertThat(output.resolve("manifest.json")).exists();
        assertThat(out.toString())
                .contains(
                        "train        6 images, 0.0 MiB",
                        "images per class: 3 … 3, mean 3.0",
                        "quarantine   0 images",
                        "fingerprint");
        assertThat(err.toString()).contains("checking: 100 %, 12 images", "writing: 100 %, 12 images");
    }

    @Test
    void theResultIsAlsoJson() {
        assertThat(run(
                        "prep",
                        "--json",
                        "--master",
                        "local[2]",
                        "--source",
                        source.toString(),
                        "--output",
                        output.toString()))
                .isEqualTo(0);
        assertThat(out.toString())
                .startsWith("{")
                .contains("\"images\" : 6", "\"quarantined\" : 0", "\"fingerprint\" : \"");
    }

    @Test
    void aMissingArchiveIsADataErrorInOneLine() throws IOException {
        Files.delete(source.resolve("ILSVRC2012_img_val.tar"));
        assertThat(run("prep", "--master", "local[2]", "--source", source.toString(), "--output", output.toString()))
                .isEqualTo(3);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("dcd prep: ILSVRC2012_img_val.tar is missing in ");
        assertThat(output).doesNotExist();
    }

    @Test
    void aWrongOptionIsAUsageError() {
        assertThat(run("prep", "--source", source.toString(), "--output", output.toString(), "--shard-rows", "0"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("shard limits must be positive");
    }

    private int run(String... arguments) {
        return Dcd.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void verifyAndInspectReadItBack() throws IOException {
        run("prep", "--master", "local[2]", "--source", source.toString(), "--output", output.toString());
        assertThat(run("verify", "--master", "local[2]", output.toString())).isEqualTo(0);
        assertThat(out.toString()).contains("sound: 12 images in 2 shards");
        Path sheet = directory.resolve("sheet.png");
        assertThat(run("inspect", "--master", "local[2]", output.toString(), "--contact-sheet", sheet.toString()))
                .isEqualTo(0);
        assertThat(out.toString())
                .contains("shorter side in pixels:", "1 … 63          6 ########################################");
        assertThat(sheet).isNotEmptyFile();

        assertThat(run("inspect", output.toString(), "--contact-sheet", directory + "/nowhere/sheet.png"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("dcd inspect: --contact-sheet: there is no folder " + directory);

        Files.delete(output.resolve("train/part-00000.parquet"));
        assertThat(run("verify", "--master", "local[2]", output.toString())).isEqualTo(3);
        assertThat(out.toString()).contains("train/part-00000.parquet is missing", "NOT SOUND");
        assertThat(err.toString())
                .contains("is not what its manifest says: train/part-00000.parquet is missing; remove what is named");
        assertThat(run("inspect", "--json", directory.toString())).isEqualTo(3);
        assertThat(err.toString()).contains("holds no prepared data (no manifest.json)");
    }
}
