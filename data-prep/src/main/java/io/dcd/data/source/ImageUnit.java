package io.dcd.data.source;

import io.dcd.data.Split;
import java.io.IOException;
import java.io.Serializable;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A part of a source that one task reads from beginning to end: an archive, or an archive within an archive.
 *
 * @param split where its images belong
 * @param name what messages call it
 * @param file the file that holds it
 * @param start byte offset of the archive within the file
 * @param bytes length of the archive
 * @param label class of all its images, or {@link #UNKNOWN_LABEL}
 */
public record ImageUnit(Split split, String name, String file, long start, long bytes, int label)
        implements Serializable {
    public static final int UNKNOWN_LABEL = -1;

    /** Told of each image file in the archive's order. */
    public interface Visitor {
        /**
         * @param file the file that holds the image, the same string for all of an archive
         * @param offset of its first byte within that file
         * @param bytes its size
         * @param in the open file, which may be read and moved
         */
        void image(String name, String file, long offset, long bytes, FSDataInputStream in) throws IOException;
    }

    /** @throws io.dcd.data.DataException if the archive is truncated, damaged or holds anything but plain files */
    public void visit(FileSystem fileSystem, Visitor visitor) throws IOException {
        try (FSDataInputStream in = fileSystem.open(new Path(file))) {
            TarEntries.visit(
                    in::readFully,
                    name,
                    start,
                    start + bytes,
                    (entry, offset, size) -> visitor.image(entry, file, offset, size, in));
        }
    }
}
