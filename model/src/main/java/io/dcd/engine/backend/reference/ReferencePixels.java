package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.PixelBuffer;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A batch of images in a Java array. */
final class ReferencePixels implements PixelBuffer {
    private final byte[] array;

    ReferencePixels(int bytes) {
        array = new byte[bytes];
    }

    /** The value of a byte, 0…255. */
    int get(int index) {
        return array[index] & 0xFF;
    }

    @Override
    public long bytes() {
        return array.length;
    }

    @Override
    public void write(ByteBuffer pixels) {
        Objects.checkFromIndexSize(0, pixels.remaining(), array.length);
        pixels.get(pixels.position(), array, 0, pixels.remaining());
    }

    @Override
    public void close() {
        // The garbage collector frees the array.
    }
}
