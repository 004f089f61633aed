package io.dcd.data.file;

import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.IOUtils;

/** Whole small files. */
public final class SyncedFile {
    private SyncedFile() {}

    /** Writes {@code bytes} to a file and waits until they are safe from a crash of the machine, see {@link FileSystems#sync}. */
    public static void write(FileSystem fileSystem, Path file, boolean overwrite, byte[] bytes) throws IOException {
        FSDataOutputStream out = FileSystems.create(fileSystem, file, overwrite);
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
