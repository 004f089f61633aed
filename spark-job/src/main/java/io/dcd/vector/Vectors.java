package io.dcd.vector;

import io.dcd.data.Digests;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Flat vectors as raw little-endian float32: how they are stored, sent and hashed. */
public final class Vectors {
    private Vectors() {}

    public static byte[] toBytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    public static float[] toFloats(byte[] bytes) {
        float[] values = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    /** SHA-256 in hexadecimal, of the bytes. */
    public static String sha256(float[] values) {
        return Digests.sha256(toBytes(values));
    }
}
