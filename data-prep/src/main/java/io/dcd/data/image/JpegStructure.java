package io.dcd.data.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Walks the marker segments of a JPEG file (ITU-T T.81, Annex B) from start to end marker, as leniently as libjpeg does: stray bytes
 * between segments are skipped, whatever follows the end marker is ignored.
 */
final class JpegStructure {
    private static final int START_OF_IMAGE = 0xD8;
    private static final int END_OF_IMAGE = 0xD9;
    private static final int START_OF_SCAN = 0xDA;
    private static final int DEFINE_HUFFMAN_TABLES = 0xC4;
    private static final int JPEG_EXTENSION = 0xC8;
    private static final int DEFINE_ARITHMETIC_CONDITIONING = 0xCC;

    /** Each scan of a progressive file makes the decoder visit the whole image; cameras and editors write about ten. */
    private static final int MAXIMUM_SCANS = 500;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOWEST_BITS = 0x0101010101010101L;
    private static final long HIGHEST_BITS = 0x8080808080808080L;

    private final byte[] bytes;
    private final int length;
    private int position;

    JpegStructure(byte[] bytes, int length) {
        this.bytes = bytes;
        this.length = length;
    }

    static boolean startsLike(byte[] bytes, int length) {
        return length >= 3 && bytes[0] == (byte) 0xFF && bytes[1] == (byte) START_OF_IMAGE && bytes[2] == (byte) 0xFF;
    }

    ImageHeader check(ImageLimits limits) throws RefusedImageException {
        ImageHeader header = null;
        int scans = 0;
        position = 2;
        while (true) {
            int marker = nextMarker();
            if (marker == END_OF_IMAGE) {
                if (header == null || scans == 0) {
                    throw broken("ends before any picture data");
                }
                return header;
            }
            if (isStandalone(marker)) {
                continue;
            }
            int segment = position;
            int segmentLength = unsignedShort(segment);
            if (segmentLength < 2) {
                throw broken("a segment of length " + segmentLength);
            }
            if (isStartOfFrame(marker)) {
                if (header != null) {
                    throw broken("more than one frame");
                }
                header = frame(segment).within(limits);
            } else if (marker == START_OF_SCAN) {
                if (header == null) {
                    throw broken("picture data before the frame header");
                }
                if (++scans > MAXIMUM_SCANS) {
                    throw broken("more than " + MAXIMUM_SCANS + " scans");
                }
            }
            position = segment + segmentLength;
        }
    }

    /** Moves behind the next marker; entropy-coded data is passed over on the way, its stuffed zeros and restarts being no markers. */
    private int nextMarker() throws RefusedImageException {
        int at = position;
        while ((at = nextFullByte(at)) + 1 < length) {
            int marker = bytes[at + 1] & 0xFF;
            if (marker == 0xFF) {
                at++;
            } else if (marker == 0) {
                at += 2;
            } else {
                position = at + 2;
                return marker;
            }
        }
        throw new RefusedImageException(
                RefusalReason.TRUNCATED, "ends after " + length + " bytes without an end marker");
    }

    /** Where the next byte 0xFF is; eight bytes are looked at together, for this loop passes over every byte of the data set. */
    private int nextFullByte(int from) {
        int at = from;
        while (at + Long.BYTES <= length) {
            long inverted = ~(long) LONGS.get(bytes, at);
            // The lowest bit in this expression is the highest bit of the first byte of `inverted` that is zero.
            long found = inverted - LOWEST_BITS & ~inverted & HIGHEST_BITS;
            if (found != 0) {
                return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
            at += Long.BYTES;
        }
        while (at < length && bytes[at] != (byte) 0xFF) {
            at++;
        }
        return at;
    }

    /** Frame header: length (2), precision (1), height (2), width (2), number of components (1). */
    private ImageHeader frame(int segment) throws RefusedImageException {
        int components = unsignedByte(segment + 7);
        return new ImageHeader(ImageFormat.JPEG, unsignedShort(segment + 5), unsignedShort(segment + 3), components);
    }

    private static boolean isStandalone(int marker) {
        return marker == 0x01 || (marker >= 0xD0 && marker <= START_OF_IMAGE);
    }

    private static boolean isStartOfFrame(int marker) {
        return marker >= 0xC0
                && marker <= 0xCF
                && marker != DEFINE_HUFFMAN_TABLES
                && marker != JPEG_EXTENSION
                && marker != DEFINE_ARITHMETIC_CONDITIONING;
    }

    private int unsignedByte(int at) throws RefusedImageException {
        if (at >= length) {
            throw new RefusedImageException(
                    RefusalReason.TRUNCATED, "ends within a header, after " + length + " bytes");
        }
        return bytes[at] & 0xFF;
    }

    private int unsignedShort(int at) throws RefusedImageException {
        return unsignedByte(at + 1) | unsignedByte(at) << 8;
    }

    private static RefusedImageException broken(String detail) {
        return new RefusedImageException(RefusalReason.BROKEN, detail);
    }
}
