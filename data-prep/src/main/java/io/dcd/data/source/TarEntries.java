package io.dcd.data.source;

import io.dcd.data.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Visits the files of a tar, or of a tar within a tar, by going from header to header. Nothing is extracted, no name is used as a path,
 * and what is not a plain file under a plain name ends the visit with an error.
 */
final class TarEntries {
    /** Python's tarfile writes an extended header of about a hundred bytes before each entry. */
    private static final int MAXIMUM_EXTENDED_BYTES = 1 << 16;
    /** ImageNet's longest archive has 50,000 entries; the list of them must fit into memory. */
    private static final int MAXIMUM_ENTRIES = 1_000_000;

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
        byte[] record = new byte[TarHeader.RECORD];
        Extension extension = Extension.NONE;
        int count = 0;
        while (true) {
            requireRoom("the end-of-archive mark", TarHeader.RECORD);
            file.read(position, record);
            if (TarHeader.isEnd(record)) {
                return;
            }
            TarHeader header = TarHeader.parse(record, archive + ", byte " + position);
            position += TarHeader.RECORD;
            if (++count > MAXIMUM_ENTRIES) {
                throw new DataException(
                        archive + " has more than " + MAXIMUM_ENTRIES + " entries; it is no ImageNet archive");
            }
            switch (header.type()) {
                case TarHeader.EXTENDED -> {
                    extension = readExtension(header);
                    advance(header.name(), header.size());
                }
                case TarHeader.GLOBAL_EXTENDED, TarHeader.DIRECTORY -> advance(header.name(), header.size());
                case TarHeader.FILE, TarHeader.OLD_FILE -> {
                    String name = plainName(extension.name() == null ? header.name() : extension.name());
                    long size = extension.size() < 0 ? header.size() : extension.size();
                    extension = Extension.NONE;
                    long offset = position;
                    advance(name, size);
                    visitor.entry(name, offset, size);
                }
                default ->
                    throw new DataException(archive + ": entry '" + printable(header.name())
                            + "' is a link or something else that ImageNet's archives do not hold");
            }
        }
    }

    /** Passes over a content, which must lie within the archive. */
    private void advance(String name, long size) {
        requireRoom(name, size);
        position += size + TarHeader.padding(size);
    }

    private void requireRoom(String what, long bytes) {
        if (bytes > end - position) {
            throw new DataException(archive + " is truncated: '" + printable(what) + "' needs " + bytes
                    + " bytes, there are only " + Math.max(0, end - position) + "; fetch it again and compare its MD5");
        }
    }

    /** What a PAX header says about the next entry; {@code size} is −1 and {@code name} null if it says nothing. */
    private record Extension(String name, long size) {
        static final Extension NONE = new Extension(null, -1);
    }

    /** A PAX header holds lines {@code "length key=value\n"}. */
    private Extension readExtension(TarHeader header) throws IOException {
        if (header.size() > MAXIMUM_EXTENDED_BYTES) {
            throw new DataException(
                    archive + ": an extended header of " + header.size() + " bytes, larger than any sound archive has");
        }
        requireRoom(header.name(), header.size());
        byte[] content = new byte[(int) header.size()];
        file.read(position, content);
        String name = null;
        long size = -1;
        for (String line : new String(content, StandardCharsets.UTF_8).split("\n", -1)) {
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
