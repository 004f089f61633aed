package io.dcd.engine.backend;

import java.nio.ByteBuffer;

/** A batch of 8-bit RGB images in a backend's memory, NHWC. */
public interface PixelBuffer extends AutoCloseable {
    /** The number of bytes. */
    long bytes();

    /** A view of {@code count} bytes from {@code offset} on; closing it does nothing. */
    PixelBuffer slice(long offset, long count);

    /** Copies the remaining bytes of {@code pixels} into the beginning of this buffer; its position is left alone. */
    void write(ByteBuffer pixels);

    @Override
    void close();
}
