package io.dcd.data.source;

import io.dcd.data.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipEncoding;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;

/**
 * Visits the files of a tar, or of a tar within a tar, by going from header to header. Nothing is extracted, no name is used as a path,
 * and what is not a plain file under a plain name ends the visit with an error.
 *
 * <p>Headers are read by commons-compress, record by record. Its streams are not used: they take as much memory as an extended header
 * asks for, take the end of the file for the end of the archive, and in the version that Spark 3.5 carries (1.23) an extended header can
 * keep them busy for ever (CVE-2023-42503); the two things wanted of extended headers, names and sizes, are read here within bounds.
 */
final class TarEntries {
    /** Python's tarfile writes an extended header of about a hundred bytes before each entry. */
    private static final int MAXIMUM_EXTENDED_BYTES = 1 << 16;
    /** ImageNet's longest archive has 50,000 entries; the list of them must fit into memory. */
    private static final int MAXIMUM_ENTRIES = 1_000_000;

    static final int RECORD = TarConstants.DEFAULT_RCDSIZE;
    /** A record of zeros ends an archive. */
    private static final byte[] END = new byte[RECORD];

    private static final ZipEncoding NAMES = ZipEncodingHelper.getZipEncoding(StandardCharsets.UTF_8.name());
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,200}");

    /** Bytes that can be read at any offset. */
    interface RandomAccess {
        /** Fills {@code bytes} from the file's offset {@code position}. */
        void read(long position, byte[] bytes) throws IOException;
    }

    /** Told of each file in the archive's order. */
    interface Visitor {
        /**
         * @param name without any folder
         * @param offset of the first byte of the content, within the file that is read
         * @param size of the content in bytes
         */
        void entry(String name, long offset, long size) throws IOException;
    }

    private final RandomAccess file;
    private final String archive;
    private final long end;
    private final boolean folders;
    private long position;

    private TarEntries(RandomAccess file, String archive, long start, long end, boolean folders) {
        this.file = file;
        this.archive = archive;
        this.end = end;
        this.folders = folders;
        this.position = start;
    }

    /**
     * Visits an archive that must hold nothing but plain files without folders.
     *
     * @param archive what the messages call it
     * @param start where the archive begins in the file
     * @param end where it ends
     * @throws DataException if it is truncated, damaged or holds anything else
     */
    static void visit(RandomAccess file, String archive, long start, long end, Visitor visitor) throws IOException {
        new TarEntries(file, archive, start, end, false).visitAll(visitor);
    }

    /** As {@link #visit}, for an archive with folders; the names come with them. */
    static void visitFolders(RandomAccess file, String archive, long start, long end, Visitor visitor)
            throws IOException {
        new TarEntries(file, archive, start, end, true).visitAll(visitor);
    }

    private void visitAll(Visitor visitor) throws IOException {
        byte[] record = new byte[RECORD];
        Extension extension = Extension.NONE;
        int count = 0;
        while (true) {
            requireRoom("the end-of-archive mark", RECORD);
            file.read(position, record);
            if (Arrays.equals(record, END)) {
                return;
            }
            TarArchiveEntry header = header(record);
            position += RECORD;
            if (++count > MAXIMUM_ENTRIES) {
                throw new DataException(
                        archive + " has more than " + MAXIMUM_ENTRIES + " entries; it is no ImageNet archive");
            }
            switch (header.getLinkFlag()) {
                case TarConstants.LF_PAX_EXTENDED_HEADER_LC -> {
                    extension = paxExtension(header);
                    advance(header.getName(), header.getSize());
                }
                case TarConstants.LF_GNUTYPE_LONGNAME -> {
                    extension = longName(header);
                    advance(header.getName(), header.getSize());
                }
                case TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER, TarConstants.LF_DIR ->
                    advance(header.getName(), header.getSize());
                case TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM -> {
                    String name = plainName(extension.name() == null ? header.getName() : extension.name());
                    long size = extension.size() < 0 ? header.getSize() : extension.size();
                    extension = Extension.NONE;
                    long offset = position;
                    advance(name, size);
                    visitor.entry(name, offset, size);
                }
                default ->
                    throw new DataException(archive + ": entry '" + printable(header.getName())
                            + "' is a link or something else that ImageNet's archives do not hold");
            }
        }
    }

    private TarArchiveEntry header(byte[] record) {
        String reason;
        try {
            TarArchiveEntry header = new TarArchiveEntry(record, NAMES, false);
            if (header.isCheckSumOK()) {
                return header;
            }
            reason = "its checksum is wrong";
        } catch (IOException | IllegalArgumentException e) {
            reason = printable(String.valueOf(e.getMessage()));
        }
        throw new DataException(archive + ", byte " + position + " is no tar header: " + reason
                + "; fetch the archive again and compare its MD5");
    }

    /** Passes over a content, which must lie within the archive. */
    private void advance(String name, long size) {
        requireRoom(name, size);
        position += size + padding(size);
    }

    private void requireRoom(String what, long bytes) {
        if (bytes > end - position) {
            throw new DataException(archive + " is truncated: '" + printable(what) + "' needs " + bytes
                    + " bytes, there are only " + Math.max(0, end - position) + "; fetch it again and compare its MD5");
        }
    }

    /** What an extended header says about the next entry; {@code size} is −1 and {@code name} null if it says nothing. */
    private record Extension(String name, long size) {
        static final Extension NONE = new Extension(null, -1);
    }

    /** What stands before an entry to tell more of it. */
    private byte[] extensionContent(TarArchiveEntry header) throws IOException {
        if (header.getSize() > MAXIMUM_EXTENDED_BYTES) {
            throw new DataException(archive + ": an extended header of " + header.getSize()
                    + " bytes, larger than any sound archive has");
        }
        requireRoom(header.getName(), header.getSize());
        byte[] content = new byte[(int) header.getSize()];
        file.read(position, content);
        return content;
    }

    /** GNU tar puts a name that is too long for a header into an entry of its own, ended by a zero. */
    private Extension longName(TarArchiveEntry header) throws IOException {
        String content = new String(extensionContent(header), StandardCharsets.UTF_8);
        int end = content.indexOf('\0');
        return new Extension(end < 0 ? content : content.substring(0, end), -1);
    }

    /** A PAX header holds lines {@code "length key=value\n"}. */
    private Extension paxExtension(TarArchiveEntry header) throws IOException {
        String name = null;
        long size = -1;
        for (String line : new String(extensionContent(header), StandardCharsets.UTF_8).split("\n", -1)) {
            String record = line.substring(line.indexOf(' ') + 1);
            if (record.startsWith("path=")) {
                name = record.substring("path=".length());
            } else if (record.startsWith("size=")) {
                size = parseSize(record.substring("size=".length()));
            }
        }
        return new Extension(name, size);
    }

    private long parseSize(String text) {
        try {
            long size = Long.parseLong(text);
            if (size >= 0) {
                return size;
            }
        } catch (NumberFormatException e) {
            // falls through to the error below
        }
        throw new DataException(archive + ": an extended header states the size '" + printable(text) + "'");
    }

    /** Bytes of zeros after a content of this size, up to the next record. */
    static int padding(long size) {
        return (int) (-size & (RECORD - 1));
    }

    private String plainName(String name) {
        String plain = name.startsWith("./") ? name.substring(2) : name;
        boolean known = folders || PLAIN_NAME.matcher(plain).matches() && !plain.equals(".") && !plain.equals("..");
        if (!known) {
            throw new DataException(archive + ": entry '" + printable(name)
                    + "' has a name that ImageNet's archives do not have (a folder, or unusual characters)");
        }
        return plain;
    }

    private static String printable(String name) {
        String shown = name.length() > 100 ? name.substring(0, 100) + "…" : name;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }
}
