package io.dcd.data.image;

import java.nio.ByteBuffer;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * The usual single-crop evaluation: the shorter side is scaled to {@code round(size · 256/224)}, then the central square is taken.
 *
 * <p>An image whose shorter side is not larger than the output (64 × 64 photographs for a network of input size 64) is scaled to the
 * output itself: enlarging it first would only cut off its border.
 */
public final class EvaluationTransform implements ImageTransform {
    /** The reference recipe scales to 256 for a crop of 224. */
    private static final double RESIZE_RATIO = 256.0 / 224.0;

    private final int size;
    private final ImageDecoder decoder = new ImageDecoder();
    private final Resizer resizer = new Resizer();

    /** @param size side of the square output in pixels */
    public EvaluationTransform(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("image size must be positive: " + size);
        }
        this.size = size;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void apply(byte[] image, long epoch, long sample, ByteBuffer batch, int offset) {
        decoder.decode(image);
        int width = decoder.width();
        int height = decoder.height();
        int shorter = Math.min(width, height);
        int target = shorter <= size ? size : (int) Math.round(size * RESIZE_RATIO);
        // An extreme aspect ratio must not make an absurdly long image of which only the middle is used.
        CropBox used = CropBox.centred(width, height, Math.min(width, 2 * shorter), Math.min(height, 2 * shorter));
        int resizedWidth = (int) ((long) target * used.width() / shorter);
        int resizedHeight = (int) ((long) target * used.height() / shorter);
        Mat resized = resizer.resize(decoder.pixels(), used, resizedWidth, resizedHeight);
        Resizer.copy(resized, CropBox.centred(resizedWidth, resizedHeight, size, size), batch, offset);
    }

    @Override
    public void close() {
        decoder.close();
        resizer.close();
    }
}
