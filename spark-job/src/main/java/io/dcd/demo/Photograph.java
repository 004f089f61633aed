package io.dcd.demo;

import io.dcd.data.CounterRandom;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** A scene through a lens and a sensor: of some size, more or less sharp, with noise and a vignette, saved as JPEG. */
final class Photograph {
    private static final int SHORTEST_SIDE = 80;
    private static final int LONGEST_SIDE = 160;
    private static final int RAYS = 2;
    /** Some of ImageNet's photographs have one channel only. */
    private static final double SHARE_OF_GREY = 0.04;

    private final int width;
    private final int height;
    private final double blur;
    private final double noise;
    private final double vignette;
    private final double exposure;
    private final boolean grey;
    private final float quality;
    private final CounterRandom random;

    private Photograph(CounterRandom random) {
        this.width = SHORTEST_SIDE + random.nextInt(LONGEST_SIDE - SHORTEST_SIDE + 1);
        this.height = SHORTEST_SIDE + random.nextInt(LONGEST_SIDE - SHORTEST_SIDE + 1);
        this.blur = random.nextDouble(0.2, 1);
        this.noise = random.nextDouble(0, 0.07);
        this.vignette = random.nextDouble(0, 0.35);
        this.exposure = random.nextDouble(0.75, 1.25);
        this.grey = random.nextDouble() < SHARE_OF_GREY;
        this.quality = (float) random.nextDouble(0.5, 0.95);
        this.random = random;
    }

    /** Draws the photograph of this class that belongs to the numbers in {@code random}; the bytes of a JPEG file. */
    static byte[] jpeg(DemoClass subject, CounterRandom random) {
        Scene scene = subject.scene(random);
        Photograph camera = new Photograph(random);
        return camera.encode(camera.expose(scene));
    }

    private BufferedImage expose(Scene scene) {
        BufferedImage image =
                new BufferedImage(width, height, grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
        double half = Math.min(width, height) / 2.0;
        float[] sum = new float[3];
        float[] rgb = new float[3];
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                gather(scene, column, row, half, sum, rgb);
                double x = (column - width / 2.0) / width;
                double y = (row - height / 2.0) / height;
                double level = exposure * (1 - vignette * 2 * (x * x + y * y));
                int packed = 0;
                for (int channel = 0; channel < 3; channel++) {
                    packed = packed << 8 | sensor(level * sum[channel]);
                }
                image.setRGB(column, row, packed);
            }
        }
        return image;
    }

    /** The mean of some rays through a pixel, spread as far as the picture is unsharp. */
    private void gather(Scene scene, int column, int row, double half, float[] sum, float[] rgb) {
        Arrays.fill(sum, 0);
        for (int ray = 0; ray < RAYS; ray++) {
            double x = column + 0.5 + blur * random.nextDouble(-1, 1);
            double y = row + 0.5 + blur * random.nextDouble(-1, 1);
            scene.colour((x - width / 2.0) / half, (y - height / 2.0) / half, rgb);
            for (int channel = 0; channel < rgb.length; channel++) {
                sum[channel] += rgb[channel] / RAYS;
            }
        }
    }

    private int sensor(double light) {
        double noisy = light + noise * (random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5);
        return (int) Math.min(255, Math.max(0, 255 * noisy));
    }

    private byte[] encode(BufferedImage image) {
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("jpeg");
        ImageWriter writer = writers.next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionQuality(quality);
            writer.setOutput(output);
            writer.write(null, new IIOImage(image, null, null), parameters);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot encode a JPEG in memory", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
