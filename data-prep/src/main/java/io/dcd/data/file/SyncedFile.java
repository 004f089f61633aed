package io.dcd.data.file;

import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.IOUtils;

/** Whole small files. */
public final class SyncedFile {
    private SyncedFile() {}

    /**
     * Writes {@code bytes} to a new file and waits until they are safe from a crash of the machine, see {@link FileSystems#sync}.
     *
     * @throws java.io.FileNotFoundException if the directory is not there, as after the end of the work that the file belongs to
     */
    public static void write(FileSystem fileSystem, Path file, byte[] bytes) throws IOException {
        write(FileSystems.create(fileSystem, file), bytes);
    }

    /** Does the same with a file, and directories above it, that may be there or not; an old one is only replaced if asked for. */
    static void write(FileSystem fileSystem, Path file, boolean overwrite, byte[] bytes) throws IOException {
        write(FileSystems.create(fileSystem, file, overwrite), bytes);
    }

    private static void write(FSDataOutputStream out, byte[] bytes) throws IOException {
        boolean written = false;
        try {
            out.write(bytes);
            FileSystems.sync(out);
            written = true;
        } finally {
            if (!written) {
                // HDFS throws the very same exception again, which try-with-resources cannot suppress by itself.
                IOUtils.closeStream(out);
            }
        }
        out.close();
    }
}
