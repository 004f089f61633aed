package io.dcd.engine.plan;

import io.dcd.engine.backend.Buffer;

/** A buffer that tells when it is written to. */
final class WatchedBuffer implements Buffer {
    private final Buffer buffer;
    private final Runnable changed;

    WatchedBuffer(Buffer buffer, Runnable changed) {
        this.buffer = buffer;
        this.changed = changed;
    }

    @Override
    public long elements() {
        return buffer.elements();
    }

    @Override
    public Buffer slice(long offset, long elements) {
        return new WatchedBuffer(buffer.slice(offset, elements), changed);
    }

    @Override
    public void write(float[] values) {
        buffer.write(values);
        changed.run();
    }

    @Override
    public void write(double[] values) {
        buffer.write(values);
        changed.run();
    }

    @Override
    public void read(float[] values) {
        buffer.read(values);
    }

    @Override
    public void read(double[] values) {
        buffer.read(values);
    }

    @Override
    public void clear() {
        buffer.clear();
        changed.run();
    }

    @Override
    public void close() {
        // Its owner closes what it watches.
    }
}
