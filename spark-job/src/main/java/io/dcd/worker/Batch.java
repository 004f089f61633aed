package io.dcd.worker;

import java.nio.ByteBuffer;

/** A batch of decoded images and their labels, reused again and again. */
final class Batch {
    private final ByteBuffer pixels;
    private final int[] labels;
    private int size;
    private int undecoded;

    Batch(int capacity, int bytesPerImage) {
        pixels = ByteBuffer.allocateDirect(Math.multiplyExact(capacity, bytesPerImage));
        labels = new int[capacity];
    }

    /** 8-bit RGB, capacity × height × width × 3. */
    ByteBuffer pixels() {
        return pixels;
    }

    /** One label an image. */
    int[] labels() {
        return labels;
    }

    /** The number of images; what lies behind them is meaningless. */
    int size() {
        return size;
    }

    /** Prepares it for {@code images} other images. */
    void reset(int images) {
        size = images;
        undecoded = images;
    }

    /** Notes that one more image is decoded; true when it was the last. */
    boolean decodedOne() {
        undecoded--;
        return undecoded == 0;
    }

    boolean complete() {
        return undecoded == 0;
    }
}
