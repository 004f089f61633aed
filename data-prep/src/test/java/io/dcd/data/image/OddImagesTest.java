package io.dcd.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.data.testing.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every odd image is kept or refused as its table says, and those of the tench show the tench's colours. */
class OddImagesTest {
    /** JPEG of quality 90 and more differs from the original by two or three levels on the mean. */
    private static final double LEVELS = 4;

    @TestFactory
    List<DynamicTest> everyOddImageMeetsItsTable() throws IOException {
        Path folder = SharedData.folder("odd-images");
        return Files.readAllLines(folder.resolve("expected.tsv")).stream()
                .skip(1)
                .map(line -> line.split("\t"))
                .map(fields -> DynamicTest.dynamicTest(fields[0], () -> {
                    byte[] bytes = Files.readAllBytes(folder.resolve(fields[0]));
                    switch (fields[1]) {
                        case "keep" -> assertKept(bytes, fields);
                        case "quarantine" ->
                            assertThatThrownBy(() -> ImageHeader.check(bytes, bytes.length, ImageLimits.DEFAULT))
                                    .isInstanceOf(RefusedImageException.class);
                        case "either" -> assertThat(isKept(bytes)).isIn(true, false);
                        default -> throw new AssertionError("unknown outcome " + fields[1]);
                    }
                }))
                .toList();
    }

    private static void assertKept(byte[] bytes, String[] fields) throws RefusedImageException {
        ImageHeader header = ImageHeader.check(bytes, bytes.length, ImageLimits.DEFAULT);
        assertThat(header.width()).isEqualTo(Integer.parseInt(fields[2]));
        assertThat(header.height()).isEqualTo(Integer.parseInt(fields[3]));
        try (ImageDecoder decoder = new ImageDecoder()) {
            decoder.decode(bytes);
            assertThat(decoder.width()).isEqualTo(header.width());
            assertThat(decoder.height()).isEqualTo(header.height());
        }
    }

    private static boolean isKept(byte[] bytes) {
        try (ImageDecoder decoder = new ImageDecoder()) {
            ImageHeader.check(bytes, bytes.length, ImageLimits.DEFAULT);
            decoder.decode(bytes);
            return true;
        } catch (RefusedImageException | io.dcd.data.DataException e) {
            return false;
        }
    }

    @Test
    void colourModelsAgreeOnTheTench() throws IOException {
        Path folder = SharedData.folder("odd-images");
        byte[] expected = decode(folder.resolve("progressive.JPEG"));
        for (String name : List.of(
                "cmyk.JPEG",
                "png-with-alpha.JPEG",
                "exif-rotated.JPEG",
                "corrupt-exif.JPEG",
                "garbage-after-eoi.JPEG")) {
            assertThat(meanDifference(decode(folder.resolve(name)), expected))
                    .as("mean difference of %s in levels of 255", name)
                    .isLessThan(LEVELS);
        }
    }

    @Test
    void greyBecomesThreeEqualChannels() throws IOException {
        byte[] grey = decode(SharedData.folder("odd-images").resolve("gray.JPEG"));
        for (int i = 0; i < grey.length; i += 3) {
            assertThat(grey[i]).isEqualTo(grey[i + 1]).isEqualTo(grey[i + 2]);
        }
    }

    private static byte[] decode(Path file) throws IOException {
        try (ImageDecoder decoder = new ImageDecoder()) {
            decoder.decode(Files.readAllBytes(file));
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
