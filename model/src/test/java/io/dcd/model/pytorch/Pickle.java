package io.dcd.model.pytorch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes pickles opcode by opcode, good ones and bad ones. */
final class Pickle {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** An empty pickle of protocol 2. */
    static Pickle protocol2() {
        return new Pickle().bytes(0x80, 2);
    }

    byte[] stop() {
        return op('.').bytes.toByteArray();
    }

    Pickle op(int... opcodes) {
        return bytes(opcodes);
    }

    Pickle bytes(int... values) {
        for (int value : values) {
            bytes.write(value);
        }
        return this;
    }

    Pickle bytes(byte[] values) {
        bytes.writeBytes(values);
        return this;
    }

    Pickle global(String module, String name) {
        return op('c').ascii(module + "\n" + name + "\n");
    }

    /** As Python 3 writes a string. */
    Pickle text(String value) {
        return op('X').int32(value.length()).ascii(value);
    }

    /** As Python 2 writes a string. */
    Pickle bytesText(String value) {
        return op('U').bytes(value.length()).ascii(value);
    }

    Pickle integer(int value) {
        return op('J').int32(value);
    }

    Pickle int32(int value) {
        return bytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    Pickle ascii(String text) {
        return bytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
