package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.data.ClassIndex;
import io.dcd.data.source.OfficialArchiveWriter;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrepCommandTest {
    private final CommandRunner dcd = new CommandRunner();

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
        assertThat(dcd.run(
                        "prep", "--master", "local[2]", "--source", source.toString(), "--output", output.toString()))
                .as(dcd.err())
                .isEqualTo(0);
        assertThat(output.resolve("manifest.json")).exists();
        assertThat(dcd.out())
                .contains(
                        "train        6 images, 0.0 MiB",
                        "images per class: 3 … 3, mean 3.0",
                        "quarantine   0 images",
                        "fingerprint");
        assertThat(dcd.err()).contains("checking: 100 %, 12 images", "writing: 100 %, 12 images");
    }

    @Test
    void theResultIsAlsoJson() {
        assertThat(dcd.run(
                        "prep",
                        "--json",
                        "--master",
                        "local[2]",
                        "--source",
                        source.toString(),
                        "--output",
                        output.toString()))
                .isEqualTo(0);
        assertThat(dcd.out()).startsWith("{").contains("\"images\" : 6", "\"quarantined\" : 0", "\"fingerprint\" : \"");
    }

    @Test
    void aMissingArchiveIsADataErrorInOneLine() throws IOException {
        Files.delete(source.resolve("ILSVRC2012_img_val.tar"));
        assertThat(dcd.run(
                        "prep", "--master", "local[2]", "--source", source.toString(), "--output", output.toString()))
                .isEqualTo(3);
        assertThat(dcd.err().lines())
                .singleElement()
                .asString()
                .startsWith("dcd prep: ILSVRC2012_img_val.tar is missing in ");
        assertThat(output).doesNotExist();
    }

    @Test
    void aWrongOptionIsAUsageError() {
        assertThat(dcd.run("prep", "--source", source.toString(), "--output", output.toString(), "--shard-rows", "0"))
                .isEqualTo(2);
        assertThat(dcd.err()).contains("shard limits must be positive");
        assertThat(dcd.run(
                        "prep",
                        "--source",
                        source.toString(),
                        "--output",
                        output.toString(),
                        "--max-image-mebibytes",
                        "4096"))
                .isEqualTo(2);
        assertThat(dcd.err()).contains("--max-image-mebibytes must lie in 1 … 2047, got 4096");
    }

    @Test
    void whatCannotBeReadOrWrittenIsRefusedBeforeTheJob() throws IOException {
        Path archive = source.resolve("ILSVRC2012_img_val.tar");
        Path inAFile = archive.resolve("output");
        assertThat(prepare(inAFile)).isEqualTo(3);
        assertThat(dcd.err()).contains("dcd prep: cannot make the output directory file:" + inAFile);

        Files.delete(archive);
        Files.createDirectory(archive);
        assertThat(prepare(output)).isEqualTo(3);
        assertThat(dcd.err()).contains("dcd prep: source file file:" + archive + " cannot be read: ");
        assertThat(output).doesNotExist();
    }

    private int prepare(Path target) {
        return dcd.run("prep", "--master", "local[2]", "--source", source.toString(), "--output", target.toString());
    }

    @Test
    void verifyAndInspectReadItBack() throws IOException {
        dcd.run("prep", "--master", "local[2]", "--source", source.toString(), "--output", output.toString());
        assertThat(dcd.run("verify", "--master", "local[2]", output.toString())).isEqualTo(0);
        assertThat(dcd.out()).contains("sound: 12 images in 2 shards");
        Path sheet = directory.resolve("sheet.png");
        assertThat(dcd.run("inspect", "--master", "local[2]", output.toString(), "--contact-sheet", sheet.toString()))
                .isEqualTo(0);
        assertThat(dcd.out())
                .contains("shorter side in pixels:", "1 … 63          6 ########################################");
        assertThat(sheet).isNotEmptyFile();

        assertThat(dcd.run("inspect", output.toString(), "--contact-sheet", directory + "/nowhere/sheet.png"))
                .isEqualTo(2);
        assertThat(dcd.err()).contains("there is no directory " + directory + "/nowhere");

        Files.delete(output.resolve("train/part-00000.parquet"));
        assertThat(dcd.run("verify", "--master", "local[2]", output.toString())).isEqualTo(3);
        assertThat(dcd.out()).contains("train/part-00000.parquet is missing", "NOT SOUND");
        assertThat(dcd.err())
                .contains("is not what its manifest says: train/part-00000.parquet is missing; remove what is named");
        assertThat(dcd.run("inspect", "--json", directory.toString())).isEqualTo(3);
        assertThat(dcd.err()).contains("holds no prepared data (no manifest.json)");
    }
}
