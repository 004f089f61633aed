package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.Buffer;
import java.util.Arrays;
import java.util.Objects;

/** A run of doubles in a Java array. */
final class ReferenceBuffer implements Buffer {
    private final double[] array;
    private final int offset;
    private final int elements;

    ReferenceBuffer(int elements) {
        this(new double[elements], 0, elements);
    }

    private ReferenceBuffer(double[] array, int offset, int elements) {
        this.array = array;
        this.offset = offset;
        this.elements = elements;
    }

    static ReferenceBuffer of(Buffer buffer) {
        return (ReferenceBuffer) buffer;
    }

    double get(int index) {
        return array[offset + index];
    }

    void set(int index, double value) {
        array[offset + index] = value;
    }

    void add(int index, double value) {
        array[offset + index] += value;
    }

    int size() {
        return elements;
    }

    @Override
    public long elements() {
        return elements;
    }

    @Override
    public Buffer slice(long from, long count) {
        Objects.checkFromIndexSize(from, count, elements);
        return new ReferenceBuffer(array, offset + (int) from, (int) count);
    }

    @Override
    public void write(float[] values) {
        Objects.checkFromIndexSize(0, values.length, elements);
        for (int i = 0; i < values.length; i++) {
            array[offset + i] = values[i];
        }
    }

    @Override
    public void write(double[] values) {
        Objects.checkFromIndexSize(0, values.length, elements);
        System.arraycopy(values, 0, array, offset, values.length);
    }

    @Override
    public void read(float[] values) {
        Objects.checkFromIndexSize(0, values.length, elements);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) array[offset + i];
        }
    }

    @Override
    public void read(double[] values) {
        Objects.checkFromIndexSize(0, values.length, elements);
        System.arraycopy(array, offset, values, 0, values.length);
    }

    @Override
    public void clear() {
        Arrays.fill(array, offset, offset + elements, 0);
    }

    @Override
    public void close() {
        // The garbage collector frees the array.
    }
}
