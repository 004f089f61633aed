package io.dcd.data.source;

import io.dcd.data.DataException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The 512-byte header of a tar entry (POSIX.1-1988 ustar with the GNU extension for large sizes), read and written.
 *
 * <p>Own code, since a general library keeps the whole archive's entries, allocates what a header asks for, hides where an entry's bytes
 * begin, and clashes with the older version of itself that Spark installations carry.
 *
 * @param name as stored
 * @param size of the content in bytes
 * @param type the type flag, such as {@link #FILE}
 */
record TarHeader(String name, long size, char type) {
    static final int RECORD = 512;
    static final char FILE = '0';
    static final char OLD_FILE = '\0';
    static final char DIRECTORY = '5';
    static final char EXTENDED = 'x';
    static final char GLOBAL_EXTENDED = 'g';

    private static final int NAME_LENGTH = 100;
    private static final int SIZE = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_LENGTH = 8;
    private static final int TYPE = 156;
    private static final int MAGIC = 257;
    private static final int PREFIX = 345;
    private static final int PREFIX_LENGTH = 155;

    /** Whether a record consists of zeros, which ends an archive. */
    static boolean isEnd(byte[] header) {
        for (byte value : header) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * @param header 512 bytes
     * @param where what the message calls the place
     * @throws DataException if this is no header
     */
    static TarHeader parse(byte[] header, String where) {
        if (octal(header, CHECKSUM, CHECKSUM_LENGTH, where) != checksum(header)) {
            throw new DataException(
                    where + " is no tar header: its checksum is wrong; fetch the archive again and compare its MD5");
        }
        String name = text(header, 0, NAME_LENGTH);
        boolean posix = text(header, MAGIC, 6).equals("ustar") && header[MAGIC + 5] == 0;
        String prefix = posix ? text(header, PREFIX, PREFIX_LENGTH) : "";
        long size = number(header, SIZE, SIZE_LENGTH, where);
        return new TarHeader(prefix.isEmpty() ? name : prefix + "/" + name, size, (char) (header[TYPE] & 0xFF));
    }

    /** The header of a plain file; owner, group and time are zero, so that the same content makes the same archive. */
    static byte[] file(String name, long size) {
        byte[] encoded = name.getBytes(StandardCharsets.US_ASCII);
        if (encoded.length > NAME_LENGTH) {
            throw new IllegalArgumentException("name longer than " + NAME_LENGTH + " characters: " + name);
        }
        byte[] header = new byte[RECORD];
        System.arraycopy(encoded, 0, header, 0, encoded.length);
        put(header, 100, "0000644\0" + "0000000\0" + "0000000\0");
        put(header, SIZE, String.format("%011o\0", size));
        put(header, 136, "00000000000\0");
        header[TYPE] = FILE;
        put(header, MAGIC, "ustar\0" + "00");
        put(header, CHECKSUM, String.format("%06o\0 ", checksum(header)));
        return header;
    }

    /** Bytes of zeros after a content of this size, up to the next record. */
    static int padding(long size) {
        return (int) (-size & (RECORD - 1));
    }

    private static int checksum(byte[] header) {
        int sum = 0;
        for (int i = 0; i < RECORD; i++) {
            boolean blank = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_LENGTH;
            sum += blank ? ' ' : header[i] & 0xFF;
        }
        return sum;
    }

    /** Octal digits, or with the first bit set a big-endian number, as GNU tar writes sizes from 8 GiB on. */
    private static long number(byte[] header, int offset, int length, String where) {
        if ((header[offset] & 0x80) == 0) {
            return octal(header, offset, length, where);
        }
        long value = header[offset] & 0x7F;
        for (int i = 1; i < length; i++) {
            if (value >> (Long.SIZE - 1 - Byte.SIZE) != 0) {
                throw new DataException(where + " states a size beyond any file");
            }
            value = value << Byte.SIZE | header[offset + i] & 0xFF;
        }
        return value;
    }

    private static long octal(byte[] header, int offset, int length, String where) {
        String digits = text(header, offset, length).trim();
        try {
            long value = digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // falls through to the error below
        }
        throw new DataException(
                where + " is no tar header: '" + digits.replaceAll("[^ -~]", "?") + "' is no octal number");
    }

    private static String text(byte[] header, int offset, int length) {
        int end = offset;
        while (end < offset + length && header[end] != 0) {
            end++;
        }
        return new String(Arrays.copyOfRange(header, offset, end), StandardCharsets.UTF_8);
    }

    private static void put(byte[] header, int offset, String text) {
        byte[] encoded = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(encoded, 0, header, offset, encoded.length);
    }
}
