package io.dcd.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dcd.data.DataException;
import io.dcd.data.testing.DrawnImages;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ImageTransformTest {
    /** Red grows from left to right, green from top to bottom, blue is constant: a pixel's colour tells where it came from. */
    private static BufferedImage gradient(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int red = (int) Math.round(255.0 * (x + 0.5) / width - 0.5);
                int green = (int) Math.round(255.0 * (y + 0.5) / height - 0.5);
                image.setRGB(x, y, red << 16 | green << 8 | 77);
            }
        }
        return image;
    }

    private static byte[] apply(ImageTransform transform, byte[] image, long epoch, long sample) {
        ByteBuffer batch = ByteBuffer.allocate(transform.bytes());
        transform.apply(image, epoch, sample, batch, 0);
        return batch.array();
    }

    @Test
    void evaluationLeavesAnImageOfTheOutputsSizeAlone() {
        BufferedImage image = gradient(64, 64);
        try (EvaluationTransform transform = new EvaluationTransform(64)) {
            byte[] row = apply(transform, DrawnImages.png(image), 0, 0);
            for (int y = 0; y < 64; y++) {
                for (int x = 0; x < 64; x++) {
                    int at = (y * 64 + x) * 3;
                    int rgb = (row[at] & 0xFF) << 16 | (row[at + 1] & 0xFF) << 8 | row[at + 2] & 0xFF;
                    assertThat(rgb).isEqualTo(image.getRGB(x, y) & 0xFFFFFF);
                }
            }
        }
    }

    @Test
    void evaluationTakesTheMiddleOfTheResizedImage() {
        // 512 × 400: the shorter side becomes 256, the longer 327; the middle 224 of each remain.
        try (EvaluationTransform transform = new EvaluationTransform(224)) {
            byte[] row = apply(transform, DrawnImages.png(gradient(512, 400)), 0, 0);
            assertPixel(row, 224, 0, 0, 255.0 * 51.5 / 327.68, 255.0 * 16.5 / 256, 2);
            assertPixel(row, 224, 223, 223, 255.0 * 274.5 / 327.68, 255.0 * 239.5 / 256, 2);
        }
    }

    @Test
    void evaluationWorksForExtremeShapes() {
        try (EvaluationTransform transform = new EvaluationTransform(64)) {
            for (int[] shape : new int[][] {{1, 1}, {500, 3}, {3, 500}, {65, 64}, {63, 200}}) {
                byte[] row = apply(transform, DrawnImages.png(gradient(shape[0], shape[1])), 0, 0);
                assertThat(row[2]).as("blue of %d x %d", shape[0], shape[1]).isEqualTo((byte) 77);
            }
        }
    }

    @Test
    void trainingIsAPureFunctionOfSeedEpochAndSample() {
        byte[] image = DrawnImages.jpeg(120, 90, 5);
        try (TrainingTransform first = new TrainingTransform(32, 9, Augmentation.PUBLISHED);
                TrainingTransform second = new TrainingTransform(32, 9, Augmentation.PUBLISHED);
                TrainingTransform other = new TrainingTransform(32, 10, Augmentation.PUBLISHED)) {
            apply(second, image, 3, 3);
            assertThat(apply(first, image, 1, 2)).isEqualTo(apply(second, image, 1, 2));
            assertThat(apply(first, image, 1, 2)).isNotEqualTo(apply(first, image, 2, 2));
            assertThat(apply(first, image, 1, 2)).isNotEqualTo(apply(first, image, 1, 3));
            assertThat(apply(first, image, 1, 2)).isNotEqualTo(apply(other, image, 1, 2));
        }
    }

    @Test
    void coloursChangeTheSameCropPurelyBySeedEpochAndSample() {
        byte[] image = DrawnImages.jpeg(120, 90, 5);
        Augmentation colourful = new Augmentation(0.08, 0.4, 0.4, 0.4);
        // Factors of 1 … 1: the path of the colours without a change.
        Augmentation almost = new Augmentation(0.08, 1e-12, 0, 0);
        try (TrainingTransform plain = new TrainingTransform(32, 9, Augmentation.PUBLISHED);
                TrainingTransform first = new TrainingTransform(32, 9, colourful);
                TrainingTransform second = new TrainingTransform(32, 9, colourful);
                TrainingTransform unchanged = new TrainingTransform(32, 9, almost)) {
            apply(second, image, 3, 3);
            assertThat(apply(first, image, 1, 2)).isEqualTo(apply(second, image, 1, 2));
            assertThat(apply(first, image, 1, 2)).isNotEqualTo(apply(plain, image, 1, 2));
            byte[] same = apply(unchanged, image, 1, 2);
            byte[] expected = apply(plain, image, 1, 2);
            for (int i = 0; i < same.length; i++) {
                // A factor just below 1 cuts off one grey level.
                assertThat((expected[i] & 0xff) - (same[i] & 0xff)).isBetween(0, 1);
            }
        }
    }

    @Test
    void trainingCropsAndMirrorsHalfOfTheTime() {
        byte[] image = DrawnImages.png(gradient(256, 256));
        int mirrored = 0;
        int samples = 1000;
        Set<Integer> corners = new HashSet<>();
        try (TrainingTransform transform = new TrainingTransform(16, 4, Augmentation.PUBLISHED)) {
            for (int sample = 0; sample < samples; sample++) {
                byte[] row = apply(transform, image, 0, sample);
                int left = row[0] & 0xFF;
                int right = row[15 * 3] & 0xFF;
                mirrored += left > right ? 1 : 0;
                int top = row[1] & 0xFF;
                int bottom = row[15 * 16 * 3 + 1] & 0xFF;
                assertThat(top).as("green still grows downwards").isLessThan(bottom);
                corners.add(top);
            }
        }
        // Five standard deviations of a fair coin.
        assertThat((double) mirrored).isCloseTo(samples / 2.0, within(5 * Math.sqrt(samples) / 2));
        assertThat(corners).as("crops begin at many heights").hasSizeGreaterThan(50);
    }

    @Test
    void writesOnlyItsOwnRowOfADirectBatch() {
        byte[] image = DrawnImages.jpeg(40, 40, 1);
        try (EvaluationTransform transform = new EvaluationTransform(8)) {
            int rowBytes = transform.bytes();
            ByteBuffer batch = ByteBuffer.allocateDirect(3 * rowBytes);
            transform.apply(image, 0, 0, batch, rowBytes);
            byte[] row = apply(transform, image, 0, 0);
            for (int i = 0; i < rowBytes; i++) {
                assertThat(batch.get(i)).isZero();
                assertThat(batch.get(rowBytes + i)).isEqualTo(row[i]);
                assertThat(batch.get(2 * rowBytes + i)).isZero();
            }
            assertThat(batch.position()).isZero();
        }
    }

    @Test
    void bytesThatAreNoImageAreADataError() {
        try (EvaluationTransform transform = new EvaluationTransform(8)) {
            assertThatThrownBy(() -> apply(transform, new byte[] {1, 2, 3}, 0, 0))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("cannot be decoded");
        }
    }

    private static void assertPixel(byte[] row, int size, int x, int y, double red, double green, double tolerance) {
        int at = (y * size + x) * 3;
        assertThat((double) (row[at] & 0xFF)).as("red").isCloseTo(red, within(tolerance));
        assertThat((double) (row[at + 1] & 0xFF)).as("green").isCloseTo(green, within(tolerance));
        assertThat(row[at + 2]).as("blue").isEqualTo((byte) 77);
    }
}
