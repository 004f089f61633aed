package io.dcd.engine.backend;

/**
 * A run of numbers in a backend's memory: float32, or float64 in the {@code reference} backend. Reading and writing
 * copies between it and the host.
 */
public interface Buffer extends AutoCloseable {
    /** The number of values. */
    long elements();

    /** A view of {@code elements} values from {@code offset} on; closing it does nothing. */
    Buffer slice(long offset, long elements);

    /** Copies {@code values} into the beginning of this buffer. */
    void write(float[] values);

    /** Copies {@code values} into the beginning of this buffer, rounded to the buffer's precision. */
    void write(double[] values);

    /** Fills {@code values} from the beginning of this buffer. */
    void read(float[] values);

    /** Fills {@code values} from the beginning of this buffer. */
    void read(double[] values);

    /** Sets every value to zero. */
    void clear();

    /** Frees the memory, of the buffer that {@link Backend#allocate} returned. */
    @Override
    void close();
}
