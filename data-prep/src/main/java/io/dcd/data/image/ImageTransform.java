package io.dcd.data.image;

import java.nio.ByteBuffer;

/**
 * Turns an encoded image into one row of a batch: {@code size × size × 3} bytes, height before width before channel, red first.
 * Holds native buffers; an instance is used by one thread.
 */
public sealed interface ImageTransform extends AutoCloseable permits TrainingTransform, EvaluationTransform {
    /** Side of the square output in pixels. */
    int size();

    /** Bytes of one row: {@code size · size · 3}. */
    default int bytes() {
        return size() * size() * 3;
    }

    /**
     * Decodes and transforms one image.
     *
     * @param image encoded JPEG or PNG
     * @param epoch counted from 0; what happens to a sample differs from epoch to epoch where the transform is random
     * @param sample index of the sample within its split
     * @param batch receives the row, on heap or direct; its position and limit are left alone
     * @param offset byte index in {@code batch} of the row's first value
     * @throws io.dcd.data.DataException if the image cannot be decoded
     */
    void apply(byte[] image, long epoch, long sample, ByteBuffer batch, int offset);

    @Override
    void close();
}
