package io.dcd.data.image;

import java.nio.ByteBuffer;

/** Walks the chunks of a PNG file (W3C PNG specification, section 5) from the signature to IEND. */
final class PngStructure {
    private static final long SIGNATURE = 0x89504E470D0A1A0AL;
    private static final int HEADER_CHUNK = 0x49484452; // IHDR
    private static final int DATA_CHUNK = 0x49444154; // IDAT
    private static final int END_CHUNK = 0x49454E44; // IEND
    private static final int HEADER_LENGTH = 13;
    /** Length and type before a chunk's data, checksum behind it. */
    private static final int CHUNK_OVERHEAD = 12;

    private final ByteBuffer buffer;

    PngStructure(byte[] bytes, int length) {
        this.buffer = ByteBuffer.wrap(bytes, 0, length);
    }

    static boolean startsLike(byte[] bytes, int length) {
        return length >= Long.BYTES && ByteBuffer.wrap(bytes).getLong(0) == SIGNATURE;
    }

    ImageHeader check(ImageLimits limits) throws RefusedImageException {
        ImageHeader header = null;
        boolean data = false;
        int position = Long.BYTES;
        while (true) {
            if (buffer.limit() - position < CHUNK_OVERHEAD) {
                throw truncated();
            }
            int length = buffer.getInt(position);
            int type = buffer.getInt(position + 4);
            if (length < 0) {
                throw broken("a chunk of negative length");
            }
            if (length > buffer.limit() - position - CHUNK_OVERHEAD) {
                throw truncated();
            }
            if (header == null) {
                if (type != HEADER_CHUNK || length != HEADER_LENGTH) {
                    throw broken("does not begin with a header chunk");
                }
                header = header(position + 8).within(limits);
            }
            data |= type == DATA_CHUNK;
            if (type == END_CHUNK) {
                if (!data) {
                    throw broken("ends before any picture data");
                }
                return header;
            }
            position += length + CHUNK_OVERHEAD;
        }
    }

    private ImageHeader header(int at) throws RefusedImageException {
        int colourType = buffer.get(at + 9);
        int components =
                switch (colourType) {
                    case 0 -> 1;
                    case 2, 3 -> 3;
                    case 4 -> 2;
                    case 6 -> 4;
                    default -> throw broken("colour type " + colourType);
                };
        return new ImageHeader(ImageFormat.PNG, buffer.getInt(at), buffer.getInt(at + 4), components);
    }

    private RefusedImageException truncated() {
        return new RefusedImageException(
                RefusalReason.TRUNCATED, "ends after " + buffer.limit() + " bytes without an end chunk");
    }

    private static RefusedImageException broken(String detail) {
        return new RefusedImageException(RefusalReason.BROKEN, detail);
    }
}
