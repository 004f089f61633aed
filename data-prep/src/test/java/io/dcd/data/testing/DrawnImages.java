package io.dcd.data.testing;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import javax.imageio.ImageIO;

/** Small pictures that tests draw themselves, encoded by the Java runtime (not by the decoder under test). */
public final class DrawnImages {
    private DrawnImages() {}

    /** A picture of one colour with a lighter disc, different for each {@code number}. */
    public static byte[] jpeg(int width, int height, int number) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        Color colour = new Color(number * 37 % 256, number * 91 % 256, number * 151 % 256);
        graphics.setColor(colour);
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(colour.brighter());
        graphics.fillOval(number % (width / 2), number % (height / 2), width / 3, height / 3);
        graphics.dispose();
        return encode(image, "jpeg");
    }

    /** A picture of noise, which does not compress: about as many bytes as pixels. */
    public static byte[] noise(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(1);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, random.nextInt(1 << 24));
        }
        return encode(image, "jpeg");
    }

    /** Encodes without loss. */
    public static byte[] png(BufferedImage image) {
        return encode(image, "png");
    }

    private static byte[] encode(BufferedImage image, String format) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, bytes)) {
                throw new IllegalStateException("no writer for " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
