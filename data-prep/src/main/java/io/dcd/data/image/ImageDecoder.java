package io.dcd.data.image;

import io.dcd.data.DataException;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Decodes JPEG and PNG to 8-bit RGB with OpenCV: grey becomes three equal channels, CMYK and YCCK become RGB, alpha is dropped, 16 bits
 * are reduced to 8, EXIF orientation is ignored (as the reference recipe does).
 *
 * <p>Keeps its native buffers from image to image. Used by one thread; one decode uses one thread.
 */
public final class ImageDecoder implements AutoCloseable {
    private static final int FLAGS = opencv_imgcodecs.IMREAD_COLOR_RGB | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;

    static {
        // Threads decode images side by side; OpenCV's own pool would only fight with them.
        opencv_core.setNumThreads(0);
    }

    private BytePointer encoded = new BytePointer(1 << 18);
    private final Mat pixels = new Mat();

    /**
     * Decodes one image and keeps its pixels until the next call.
     *
     * @throws DataException if the decoder refuses it
     */
    public void decode(byte[] image) {
        decode(image, image.length);
    }

    /** As {@link #decode(byte[])}, for an image in the first {@code length} bytes of an array. */
    public void decode(byte[] image, int length) {
        if (encoded.capacity() < length) {
            encoded.close();
            encoded = new BytePointer(Math.max(2L * encoded.capacity(), length));
        }
        encoded.position(0).put(image, 0, length);
        boolean decoded;
        try (Mat input = new Mat(1, length, opencv_core.CV_8UC1, encoded);
                Mat output = opencv_imgcodecs.imdecode(input, FLAGS, pixels)) {
            decoded = !output.empty();
        } catch (RuntimeException e) {
            throw new DataException("image cannot be decoded: " + firstLine(e.getMessage()), e);
        }
        if (!decoded || pixels.type() != opencv_core.CV_8UC3) {
            throw new DataException("image cannot be decoded (" + length + " bytes)");
        }
    }

    /** Width of the decoded image in pixels. */
    public int width() {
        return pixels.cols();
    }

    /** Height of the decoded image in pixels. */
    public int height() {
        return pixels.rows();
    }

    /** A copy of the decoded pixels: height × width × 3 bytes, red first. */
    public byte[] toRgb() {
        byte[] rgb = new byte[Math.multiplyExact(Math.multiplyExact(width(), height()), 3)];
        ByteBuffer buffer = pixels.createBuffer();
        buffer.get(0, rgb);
        return rgb;
    }

    /** The decoded pixels themselves, valid until the next call. */
    Mat pixels() {
        return pixels;
    }

    @Override
    public void close() {
        encoded.close();
        pixels.close();
    }

    private static String firstLine(String message) {
        return message == null
                ? "no reason given"
                : message.lines().findFirst().orElse("").trim();
    }
}
