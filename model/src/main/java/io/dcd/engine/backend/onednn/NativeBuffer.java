package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** A run of floats outside the Java heap; what {@link #allocate} returns begins on a cache line. */
final class NativeBuffer implements Buffer {
    private static final int CACHE_LINE_BYTES = 64;
    private static final int CHUNK = 1 << 12;

    private final FloatPointer allocation;
    private final AtomicBoolean closed;
    private final FloatPointer values;
    private final long elements;
    private final boolean owner;

    private NativeBuffer(
            FloatPointer allocation, AtomicBoolean closed, FloatPointer values, long elements, boolean owner) {
        this.allocation = allocation;
        this.closed = closed;
        this.values = values;
        this.elements = elements;
        this.owner = owner;
    }

    /** Allocates {@code elements} zeros. */
    static NativeBuffer allocate(long elements) {
        if (elements < 1) {
            throw new IllegalArgumentException("a buffer needs at least 1 value, got " + elements);
        }
        FloatPointer allocation = new FloatPointer(elements + CACHE_LINE_BYTES / Float.BYTES);
        long misalignment = allocation.address() % CACHE_LINE_BYTES;
        long skipped = misalignment == 0 ? 0 : (CACHE_LINE_BYTES - misalignment) / Float.BYTES;
        FloatPointer values = view(allocation, skipped, elements);
        Pointer.memset(values, 0, elements * Float.BYTES);
        return new NativeBuffer(allocation, new AtomicBoolean(), values, elements, true);
    }

    static NativeBuffer of(Buffer buffer) {
        return (NativeBuffer) buffer;
    }

    private static FloatPointer view(FloatPointer pointer, long offset, long elements) {
        return pointer.getPointer(offset).capacity(elements);
    }

    /** The address of the first value; valid while the buffer is open. */
    FloatPointer pointer() {
        requireOpen();
        return values;
    }

    /** The bytes of the values, without a copy; valid while the buffer is open. */
    ByteBuffer bytes() {
        requireOpen();
        return new BytePointer(values)
                .capacity(elements * Float.BYTES)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
    }

    /** The values as the Java heap sees them, without a copy; valid while the buffer is open. */
    FloatBuffer floats() {
        requireOpen();
        return values.asBuffer();
    }

    @Override
    public long elements() {
        return elements;
    }

    @Override
    public NativeBuffer slice(long offset, long count) {
        requireOpen();
        Objects.checkFromIndexSize(offset, count, elements);
        return new NativeBuffer(allocation, closed, view(values, offset, count), count, false);
    }

    @Override
    public void write(float[] source) {
        requireFit(source.length);
        values.put(source, 0, source.length);
    }

    @Override
    public void write(double[] source) {
        requireFit(source.length);
        float[] chunk = new float[CHUNK];
        for (int begin = 0; begin < source.length; begin += CHUNK) {
            int count = Math.min(CHUNK, source.length - begin);
            for (int i = 0; i < count; i++) {
                chunk[i] = (float) source[begin + i];
            }
            values.getPointer(begin).put(chunk, 0, count);
        }
    }

    @Override
    public void read(float[] target) {
        requireFit(target.length);
        values.get(target, 0, target.length);
    }

    @Override
    public void read(double[] target) {
        requireFit(target.length);
        float[] chunk = new float[CHUNK];
        for (int begin = 0; begin < target.length; begin += CHUNK) {
            int count = Math.min(CHUNK, target.length - begin);
            values.getPointer(begin).get(chunk, 0, count);
            for (int i = 0; i < count; i++) {
                target[begin + i] = chunk[i];
            }
        }
    }

    @Override
    public void clear() {
        requireOpen();
        Pointer.memset(values, 0, elements * Float.BYTES);
    }

    @Override
    public void close() {
        if (owner && closed.compareAndSet(false, true)) {
            allocation.deallocate();
        }
    }

    private void requireFit(int count) {
        requireOpen();
        if (count > elements) {
            throw new IndexOutOfBoundsException("%d values do not fit a buffer of %d".formatted(count, elements));
        }
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("the buffer is closed");
        }
    }
}
