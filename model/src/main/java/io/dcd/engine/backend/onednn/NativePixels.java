package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.PixelBuffer;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** A batch of 8-bit images outside the Java heap. */
final class NativePixels implements PixelBuffer {
    private final BytePointer values;
    private final long bytes;
    private boolean closed;

    NativePixels(long bytes) {
        this.bytes = bytes;
        this.values = new BytePointer(bytes);
        Pointer.memset(values, 0, bytes);
    }

    static NativePixels of(PixelBuffer buffer) {
        return (NativePixels) buffer;
    }

    BytePointer pointer() {
        requireOpen();
        return values;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void write(ByteBuffer pixels) {
        requireOpen();
        if (pixels.remaining() > bytes) {
            throw new IndexOutOfBoundsException(
                    "%d bytes of pixels do not fit a buffer of %d".formatted(pixels.remaining(), bytes));
        }
        values.asBuffer().put(pixels.duplicate());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            values.deallocate();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the buffer is closed");
        }
    }
}
