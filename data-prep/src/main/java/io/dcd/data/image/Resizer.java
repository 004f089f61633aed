package io.dcd.data.image;

import java.nio.ByteBuffer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;

/** Cuts a rectangle out of an image and scales it, with buffers that are kept. */
final class Resizer implements AutoCloseable {
    private final Mat resized = new Mat();
    private final Mat flipped = new Mat();

    /**
     * Scales a part of an image: by area averaging where both sides shrink, so that no detail aliases, bilinearly otherwise.
     *
     * @return the result, valid until the next call
     */
    Mat resize(Mat image, CropBox part, int width, int height) {
        boolean shrinks = part.width() >= width && part.height() >= height;
        int interpolation = shrinks ? opencv_imgproc.INTER_AREA : opencv_imgproc.INTER_LINEAR;
        try (Rect rectangle = new Rect(part.x(), part.y(), part.width(), part.height());
                Mat source = new Mat(image, rectangle);
                Size size = new Size(width, height)) {
            opencv_imgproc.resize(source, resized, size, 0, 0, interpolation);
        }
        return resized;
    }

    /** Mirrors left and right. */
    Mat flip(Mat image) {
        opencv_core.flip(image, flipped, 1);
        return flipped;
    }

    /** Copies the rows of a part of an image to a place in a batch. */
    static void copy(Mat image, CropBox part, ByteBuffer batch, int offset) {
        ByteBuffer pixels = image.createBuffer();
        int rowBytes = part.width() * 3;
        int stride = image.cols() * 3;
        for (int row = 0; row < part.height(); row++) {
            batch.put(offset + row * rowBytes, pixels, (part.y() + row) * stride + part.x() * 3, rowBytes);
        }
    }

    @Override
    public void close() {
        resized.close();
        flipped.close();
    }
}
