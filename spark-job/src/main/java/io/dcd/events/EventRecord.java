package io.dcd.events;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.zip.CRC32C;
import org.nd4j.shade.protobuf.CodedOutputStream;
import org.tensorflow.framework.Summary;

/**
 * Records of an event file, as TensorBoard reads them: TFRecord frames (length and data, each followed by its masked CRC-32C; little
 * endian) around {@code tensorflow.Event} messages. ND4J brings the classes of a message's summary, not those of the event around it.
 */
public final class EventRecord {
    /** The file format in which a step is followed by a summary of scalars. */
    private static final String FILE_VERSION = "brain.Event:2";

    // Field numbers of tensorflow/core/util/event.proto.
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int VERSION = 3;
    private static final int SUMMARY = 5;

    /** What TFRecord adds to a rotated checksum (tensorflow/core/lib/hash/crc32c.h). */
    private static final int MASK = 0xa282ead8;

    private static final int FRAME_BYTES = Long.BYTES + 2 * Integer.BYTES;

    private EventRecord() {}

    /** The record with which a file begins. */
    public static byte[] begin() {
        return framed(out -> out.writeString(VERSION, FILE_VERSION));
    }

    /**
     * Readings of one moment.
     *
     * @param seconds since 1970
     * @param scalars values by tag; the part before a tag's slash is the group in which it is shown
     */
    public static byte[] scalars(double seconds, long step, Map<String, Double> scalars) {
        Summary.Builder summary = Summary.newBuilder();
        scalars.forEach((tag, value) -> summary.addValueBuilder().setTag(tag).setSimpleValue(value.floatValue()));
        return framed(out -> {
            out.writeDouble(WALL_TIME, seconds);
            out.writeInt64(STEP, step);
            out.writeMessage(SUMMARY, summary.build());
        });
    }

    private interface Message {
        void writeTo(CodedOutputStream out) throws IOException;
    }

    private static byte[] framed(Message message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            message.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        byte[] data = bytes.toByteArray();
        ByteBuffer record = ByteBuffer.allocate(data.length + FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length);
        record.putInt(maskedChecksum(record.array(), Long.BYTES));
        record.put(data);
        record.putInt(maskedChecksum(data, data.length));
        return record.array();
    }

    private static int maskedChecksum(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        return Integer.rotateRight((int) checksum.getValue(), 15) + MASK;
    }
}
