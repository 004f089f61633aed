package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.PixelBuffer;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** A batch of 8-bit images outside the Java heap. */
final class NativePixels implements PixelBuffer {
    private final BytePointer values;
    private final long bytes;
    private final AtomicBoolean closed;
    private final boolean owner;

    NativePixels(long bytes) {
        this(new BytePointer(bytes), bytes, new AtomicBoolean(), true);
        Pointer.memset(values, 0, bytes);
    }

    private NativePixels(BytePointer values, long bytes, AtomicBoolean closed, boolean owner) {
        this.values = values;
        this.bytes = bytes;
        this.closed = closed;
        this.owner = owner;
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
    public NativePixels slice(long offset, long count) {
        requireOpen();
        Objects.checkFromIndexSize(offset, count, bytes);
        return new NativePixels(values.getPointer(offset), count, closed, false);
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
        if (owner && closed.compareAndSet(false, true)) {
            values.deallocate();
        }
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("the buffer is closed");
        }
    }
}
