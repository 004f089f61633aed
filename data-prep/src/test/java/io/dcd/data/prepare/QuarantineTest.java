package io.dcd.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.data.ClassIndex;
import io.dcd.data.DataException;
import io.dcd.data.Json;
import io.dcd.data.PreparedData;
import io.dcd.data.Sample;
import io.dcd.data.Split;
import io.dcd.data.image.ImageDecoder;
import io.dcd.data.image.ImageHeader;
import io.dcd.data.image.ImageLimits;
import io.dcd.data.image.RefusalReason;
import io.dcd.data.image.RefusedImageException;
import io.dcd.data.source.OfficialArchiveWriter;
import io.dcd.data.testing.DrawnArchives;
import io.dcd.data.testing.DrawnImages;
import io.dcd.data.testing.LocalSpark;
import io.dcd.data.testing.Preparations;
import io.dcd.data.testing.SharedData;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which images are stored as they are, which are made common JPEGs, and which are left out. */
class QuarantineTest {
    private static JavaSparkContext spark;

    @TempDir
    private Path directory;

    private Path source;
    private Path output;

    @BeforeAll
    static void startSpark() {
        spark = LocalSpark.start(2);
    }

    @AfterAll
    static void stopSpark() {
        spark.close();
    }

    @BeforeEach
    void chooseFolders() {
        source = directory.resolve("source");
        output = directory.resolve("output");
    }

    private PreparedData prepare(PrepareOptions.Builder options) {
        return new PrepareJob(spark, options.build(), PrepareListener.NONE).run();
    }

    /** One class with these training images, and one good validation image. */
    private void write(List<byte[]> training) throws IOException {
        ClassIndex classes = DrawnArchives.classes(1);
        try (OfficialArchiveWriter writer =
                new OfficialArchiveWriter(new Configuration(), Preparations.path(source), classes)) {
            for (byte[] image : training) {
                writer.addTraining("n00000001", image);
            }
            writer.addValidation("n00000001", DrawnImages.jpeg(30, 30, 1));
        }
    }

    private List<QuarantinedImage> table() throws IOException {
        return Files.readAllLines(output.resolve("quarantine.jsonl")).stream()
                .map(line -> {
                    try {
                        return Json.MAPPER.readValue(line, QuarantinedImage.class);
                    } catch (IOException e) {
                        throw new AssertionError(line, e);
                    }
                })
                .toList();
    }

    @Test
    void whatIsNoSoundImageIsLeftOutAndListed() throws IOException {
        byte[] good = DrawnImages.jpeg(40, 30, 3);
        byte[] halved = Arrays.copyOf(good, good.length / 2);
        byte[] text = "<html>not found</html>".getBytes(StandardCharsets.US_ASCII);
        write(List.of(good, halved, new byte[0], text));
        PreparedData prepared = prepare(Preparations.options(source, output));

        assertThat(Preparations.samples(prepared, Split.TRAIN)).hasSize(1);
        assertThat(prepared.manifest().quarantine().images()).isEqualTo(3);
        assertThat(prepared.manifest().quarantine().reasons())
                .isEqualTo(Map.of("TRUNCATED", 1L, "EMPTY", 1L, "NOT_JPEG_OR_PNG", 1L));
        Map<String, QuarantinedImage> table =
                table().stream().collect(Collectors.toMap(QuarantinedImage::name, Function.identity()));
        QuarantinedImage refused = table.get("n00000001_2.JPEG");
        assertThat(refused.reason()).isEqualTo(RefusalReason.TRUNCATED);
        assertThat(refused.source()).isEqualTo("ILSVRC2012_img_train.tar/n00000001.tar");
        assertThat(refused.bytes()).isEqualTo(halved.length);
        assertThat(refused.sha256()).isEqualTo(io.dcd.data.Digests.sha256(halved));
    }

    @Test
    void capsAreChecked() throws IOException {
        byte[] small = DrawnImages.jpeg(20, 20, 3);
        byte[] wide = DrawnImages.jpeg(100, 100, 3);
        write(List.of(small, wide, Arrays.copyOf(small, 5000)));
        prepare(Preparations.options(source, output).withImageLimits(new ImageLimits(4000, 9_999)));
        assertThat(table())
                .extracting(QuarantinedImage::name, QuarantinedImage::reason)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("n00000001_2.JPEG", RefusalReason.TOO_MANY_PIXELS),
                        org.assertj.core.groups.Tuple.tuple("n00000001_3.JPEG", RefusalReason.TOO_MANY_BYTES));
    }

    @Test
    void tooManyRefusalsAreAFailure() throws IOException {
        write(List.of(DrawnImages.jpeg(20, 20, 3), new byte[1], new byte[2], new byte[3]));
        assertThatThrownBy(() -> prepare(Preparations.options(source, output).withMaximumQuarantined(2)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("more than 2 images would go to quarantine, such as n00000001_2.JPEG");
        assertThat(output).doesNotExist();
        prepare(Preparations.options(source, output).withMaximumQuarantined(3));
    }

    @Test
    void aPngUnderTheNameOfAJpegBecomesOne() throws IOException, RefusedImageException {
        BufferedImage picture = new BufferedImage(50, 40, BufferedImage.TYPE_INT_ARGB);
        for (int i = 0; i < 50 * 40; i++) {
            picture.setRGB(i % 50, i / 50, 0x80_00_C0_40);
        }
        write(List.of(DrawnImages.png(picture)));
        PreparedData prepared = prepare(Preparations.options(source, output));
        Sample sample = Preparations.samples(prepared, Split.TRAIN).get(0);
        assertThat(ImageHeader.check(sample.image(), sample.image().length, ImageLimits.DEFAULT)
                        .isCommonJpeg())
                .isTrue();
        assertThat(prepared.manifest().splits().get(0).recoded()).isEqualTo(1);
        try (ImageDecoder decoder = new ImageDecoder()) {
            decoder.decode(sample.image());
            byte[] rgb = decoder.toRgb();
            assertThat(rgb[0] & 0xFF).as("red, alpha dropped").isLessThan(4);
            assertThat(rgb[1] & 0xFF).as("green").isBetween(0xBC, 0xC4);
            assertThat(rgb[2] & 0xFF).as("blue").isBetween(0x3C, 0x44);
        }
    }

    @Test
    void resizingShrinksOnlyWhatIsLarger() throws IOException, RefusedImageException {
        byte[] small = DrawnImages.jpeg(24, 30, 1);
        write(List.of(small, DrawnImages.jpeg(100, 60, 2), DrawnImages.jpeg(60, 99, 3)));
        PreparedData prepared = prepare(Preparations.options(source, output).withRecoding(new Recoding(24, 90)));
        Map<String, Sample> samples = Preparations.samples(prepared, Split.TRAIN).stream()
                .collect(Collectors.toMap(Sample::name, Function.identity()));
        assertThat(samples.get("n00000001_1.JPEG").image()).isEqualTo(small);
        assertSize(samples.get("n00000001_2.JPEG"), 40, 24);
        assertSize(samples.get("n00000001_3.JPEG"), 24, 40);
        assertThat(prepared.manifest().splits().get(0).recoded()).isEqualTo(2);
        assertThat(prepared.manifest().splits().get(0).imageBytes())
                .isEqualTo(samples.values().stream()
                        .mapToLong(each -> each.image().length)
                        .sum());
    }

    private static void assertSize(Sample sample, int width, int height) throws RefusedImageException {
        ImageHeader header = ImageHeader.check(sample.image(), sample.image().length, ImageLimits.DEFAULT);
        assertThat(header.width()).isEqualTo(width);
        assertThat(header.height()).isEqualTo(height);
    }

    @Test
    void theOddImagesMeetTheirTable() throws IOException {
        Path folder = SharedData.folder("odd-images");
        List<String[]> expected = Files.readAllLines(folder.resolve("expected.tsv")).stream()
                .skip(1)
                .map(line -> line.split("\t"))
                .toList();
        ClassIndex classes = DrawnArchives.classes(1);
        try (OfficialArchiveWriter writer =
                new OfficialArchiveWriter(new Configuration(), Preparations.path(source), classes)) {
            for (String[] fields : expected) {
                writer.addTraining("n00000001", Files.readAllBytes(folder.resolve(fields[0])));
            }
            writer.addValidation("n00000001", DrawnImages.jpeg(30, 30, 1));
        }
        PreparedData prepared = prepare(Preparations.options(source, output));
        Map<String, Sample> stored = Preparations.samples(prepared, Split.TRAIN).stream()
                .collect(Collectors.toMap(Sample::name, Function.identity()));
        Set<String> kept = stored.keySet();
        List<String> refused = table().stream().map(QuarantinedImage::name).toList();
        for (int i = 0; i < expected.size(); i++) {
            String name = "n00000001_" + (i + 1) + ".JPEG";
            String[] fields = expected.get(i);
            assertThat(kept.contains(name)).as(fields[0]).isNotEqualTo(refused.contains(name));
            if (!fields[1].equals("either")) {
                assertThat(kept.contains(name)).as(fields[0]).isEqualTo(fields[1].equals("keep"));
            }
            if (fields[0].equals("cmyk.JPEG")) {
                byte[] photograph = rgb(Files.readAllBytes(folder.resolve("progressive.JPEG")));
                assertThat(meanDifference(rgb(stored.get(name).image()), photograph))
                        .as("levels of 255 between the stored image and the photograph that the CMYK file was made of")
                        .isLessThan(5);
            }
        }
    }

    private static byte[] rgb(byte[] image) {
        try (ImageDecoder decoder = new ImageDecoder()) {
            decoder.decode(image);
            return decoder.toRgb();
        }
    }

    private static double meanDifference(byte[] left, byte[] right) {
        assertThat(left).hasSameSizeAs(right);
        long sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += Math.abs((left[i] & 0xFF) - (right[i] & 0xFF));
        }
        return (double) sum / left.length;
    }
}
