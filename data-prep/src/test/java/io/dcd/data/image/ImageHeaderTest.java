package io.dcd.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.data.testing.DrawnImages;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The gate before the native decoder. */
class ImageHeaderTest {
    private static RefusalReason refusal(byte[] image, ImageLimits limits) {
        try {
            ImageHeader.check(image, image.length, limits);
        } catch (RefusedImageException e) {
            return e.reason();
        }
        throw new AssertionError("not refused");
    }

    private static RefusalReason refusal(byte[] image) {
        return refusal(image, ImageLimits.DEFAULT);
    }

    private static byte[] png() {
        return DrawnImages.png(new BufferedImage(30, 20, BufferedImage.TYPE_INT_RGB));
    }

    @Test
    void everyTruncationOfAJpegIsFound() {
        byte[] image = DrawnImages.jpeg(40, 30, 7);
        for (int length = 3; length < image.length; length++) {
            assertThat(refusal(Arrays.copyOf(image, length)))
                    .as("%d bytes", length)
                    .isEqualTo(RefusalReason.TRUNCATED);
        }
    }

    @Test
    void everyTruncationOfAPngIsFound() {
        byte[] image = png();
        for (int length = 8; length < image.length; length++) {
            assertThat(refusal(Arrays.copyOf(image, length)))
                    .as("%d bytes", length)
                    .isEqualTo(RefusalReason.TRUNCATED);
        }
    }

    @Test
    void sizesAreReadFromTheContent() throws RefusedImageException {
        byte[] jpeg = DrawnImages.jpeg(40, 30, 7);
        assertThat(ImageHeader.check(jpeg, jpeg.length, ImageLimits.DEFAULT))
                .isEqualTo(new ImageHeader(ImageFormat.JPEG, 40, 30, 3));
        byte[] png = png();
        assertThat(ImageHeader.check(png, png.length, ImageLimits.DEFAULT))
                .isEqualTo(new ImageHeader(ImageFormat.PNG, 30, 20, 3));
    }

    @Test
    void aHeaderThatClaimsTooManyPixelsIsRefused() {
        byte[] jpeg = DrawnImages.jpeg(40, 30, 7);
        int frame = find(jpeg, 0xC0);
        Arrays.fill(jpeg, frame + 5, frame + 9, (byte) 0xFF);
        assertThat(refusal(jpeg)).isEqualTo(RefusalReason.TOO_MANY_PIXELS);
        byte[] png = png();
        Arrays.fill(png, 16, 24, (byte) 0x7F);
        assertThat(refusal(png)).isEqualTo(RefusalReason.TOO_MANY_PIXELS);
        Arrays.fill(png, 16, 24, (byte) 0xFF);
        assertThat(refusal(png)).isEqualTo(RefusalReason.BROKEN);
        Arrays.fill(png, 16, 24, (byte) 0);
        assertThat(refusal(png)).isEqualTo(RefusalReason.BROKEN);
    }

    @Test
    void aProgressiveFileOfEndlessScansIsRefused() {
        byte[] jpeg = DrawnImages.jpeg(40, 30, 7);
        int scan = find(jpeg, 0xDA);
        byte[] header = Arrays.copyOfRange(jpeg, scan, scan + 14);
        byte[] flood = Arrays.copyOf(jpeg, scan + 600 * header.length + 2);
        for (int i = 0; i < 600; i++) {
            System.arraycopy(header, 0, flood, scan + i * header.length, header.length);
        }
        flood[flood.length - 2] = (byte) 0xFF;
        flood[flood.length - 1] = (byte) 0xD9;
        assertThat(refusal(flood)).isEqualTo(RefusalReason.BROKEN);
    }

    @Test
    void limitsAreChecked() {
        byte[] jpeg = DrawnImages.jpeg(40, 30, 7);
        assertThat(refusal(jpeg, new ImageLimits(jpeg.length - 1, 10_000))).isEqualTo(RefusalReason.TOO_MANY_BYTES);
        assertThat(refusal(jpeg, new ImageLimits(jpeg.length, 1_199))).isEqualTo(RefusalReason.TOO_MANY_PIXELS);
        assertThatThrownBy(() -> new ImageLimits(0, 1)).hasMessageContaining("must be positive");
    }

    /** Whatever the bytes are, the answer is a header or a refusal, and the decoder survives what passes. */
    @Test
    void noiseInSoundImagesNeverDoesWorseThanARefusal() {
        Random random = new Random(3);
        int decoded = 0;
        try (ImageDecoder decoder = new ImageDecoder()) {
            for (byte[] sound : new byte[][] {DrawnImages.jpeg(40, 30, 7), png()}) {
                for (int round = 0; round < 3000; round++) {
                    byte[] image = sound.clone();
                    for (int i = 0; i < 1 + round % 4; i++) {
                        image[random.nextInt(image.length)] = (byte) random.nextInt(256);
                    }
                    try {
                        ImageHeader header =
                                ImageHeader.check(image, image.length, new ImageLimits(1 << 20, 1_000_000));
                        assertThat((long) header.width() * header.height()).isBetween(1L, 1_000_000L);
                        decoder.decode(image);
                        decoded++;
                    } catch (RefusedImageException | io.dcd.data.DataException e) {
                        assertThat(e.getMessage()).isNotBlank();
                    }
                }
            }
        }
        assertThat(decoded).as("some noise leaves an image readable").isPositive();
    }

    private static int find(byte[] jpeg, int marker) {
        for (int i = 2; i + 1 < jpeg.length; i++) {
            if (jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) marker) {
                return i;
            }
        }
        throw new AssertionError("no marker " + Integer.toHexString(marker));
    }
}
