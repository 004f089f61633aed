package io.dcd.data.source;

import io.dcd.data.Split;
import io.dcd.data.file.BlockHosts;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** A part of a source that one task reads from beginning to end. */
public sealed interface ImageUnit extends Serializable permits ArchiveUnit, FolderUnit {
    int UNKNOWN_LABEL = -1;

    /** Reads the image that a visitor is told of. */
    interface Content {
        /** Fills the first bytes of {@code buffer} with the whole image. */
        void read(byte[] buffer, int length) throws IOException;
    }

    /** Told of each file of a unit. */
    interface Visitor {
        /**
         * @param name of the file, without its folder
         * @param offset of its first byte within {@link #fileOf its file}
         * @param bytes its size
         */
        void image(String name, long offset, long bytes, Content content) throws IOException;
    }

    /** Where its images belong. */
    Split split();

    /** What messages call it: the same wherever the source lies. */
    String name();

    /** Class of all its images, or {@link #UNKNOWN_LABEL}. */
    int label();

    /** Bytes to read, for the progress and for ordering the work. */
    long bytes();

    /** Tells its files from others in their place; empty if it lies within one of {@link ImageSource#files}. */
    String fingerprint();

    /** Hosts near which it is best read, the best first; none if that makes no difference. */
    List<String> hosts(BlockHosts blocks) throws IOException;

    /** The file of the file system that holds an image: an archive or the image itself. */
    String fileOf(String imageName);

    /**
     * Goes through the unit in an order that is always the same.
     *
     * @throws io.dcd.data.DataException if it is truncated, damaged or holds anything but plain files
     */
    void visit(Configuration configuration, Visitor visitor) throws IOException;
}
