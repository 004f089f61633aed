package io.dcd.vector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** How a worker sends a vector back that all workers began with. */
public enum Encoding {
    /** The values themselves as float32: nothing is lost. */
    FLOAT32(Float.BYTES) {
        @Override
        void put(ByteBuffer out, float value, float start) {
            out.putFloat(value);
        }

        @Override
        double get(ByteBuffer in, int index, float start) {
            return in.getFloat(index * Float.BYTES);
        }
    },
    /**
     * The change since the start as bfloat16, the upper half of a float32, rounded to the nearest, ties to even: half the bytes, and a
     * relative error of the change of at most 2⁻⁸. What did not change stays exactly as it was.
     */
    BFLOAT16(Short.BYTES) {
        @Override
        void put(ByteBuffer out, float value, float start) {
            int bits = Float.floatToIntBits(value - start);
            // A change that is no number must not become infinite by the rounding.
            boolean number = (bits & 0x7fffffff) <= 0x7f800000;
            int rounded = number ? bits + 0x7fff + (bits >>> 16 & 1) : bits;
            out.putShort((short) (rounded >>> 16));
        }

        @Override
        double get(ByteBuffer in, int index, float start) {
            return (double) start + Float.intBitsToFloat(in.getShort(index * Short.BYTES) << 16);
        }
    };

    private final int bytes;

    Encoding(int bytes) {
        this.bytes = bytes;
    }

    abstract void put(ByteBuffer out, float value, float start);

    abstract double get(ByteBuffer in, int index, float start);

    /** The bytes of one value. */
    public int bytes() {
        return bytes;
    }

    /** {@code values} as bytes, little-endian; {@code start} is what the receiver knows already. */
    public byte[] encode(float[] values, float[] start) {
        ByteBuffer out =
                ByteBuffer.allocate(Math.multiplyExact(values.length, bytes)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.length; i++) {
            put(out, values[i], start[i]);
        }
        return out.array();
    }

    /**
     * Decodes a part of a vector.
     *
     * @param encoded the part's bytes
     * @param start the whole vector that all began with
     * @param offset where the part begins in it
     */
    public double[] decode(byte[] encoded, float[] start, int offset) {
        ByteBuffer in = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        double[] values = new double[encoded.length / bytes];
        for (int i = 0; i < values.length; i++) {
            values[i] = get(in, i, start[offset + i]);
        }
        return values;
    }
}
