package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.PixelBuffer;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A batch of images in a Java array. */
final class ReferencePixels implements PixelBuffer {
    private final byte[] array;
    private final int offset;
    private final int length;

    ReferencePixels(int bytes) {
        this(new byte[bytes], 0, bytes);
    }

    private ReferencePixels(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
    }

    /** The value of a byte, 0…255. */
    int get(int index) {
        return array[offset + index] & 0xFF;
    }

    @Override
    public long bytes() {
        return length;
    }

    @Override
    public PixelBuffer slice(long from, long count) {
        Objects.checkFromIndexSize(from, count, length);
        return new ReferencePixels(array, offset + (int) from, (int) count);
    }

    @Override
    public void write(ByteBuffer pixels) {
        Objects.checkFromIndexSize(0, pixels.remaining(), length);
        pixels.get(pixels.position(), array, offset, pixels.remaining());
    }

    @Override
    public void close() {
        // The garbage collector frees the array.
    }
}
