package io.dcd.data.prepare;

import io.dcd.data.Digests;
import io.dcd.data.file.FileSystems;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Hashes of whole files, computed by tasks. */
final class FileHash {
    /** Stays in the processor's cache between being read and being hashed. */
    private static final int BUFFER_BYTES = 1 << 17;

    private FileHash() {}

    /** The hash of a file in hexadecimal. */
    static String of(Configuration configuration, Path file, MessageDigest digest) throws IOException {
        try (InputStream in = FileSystems.of(configuration, file).open(file, BUFFER_BYTES)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                SparkTasks.stopIfCancelled();
                digest.update(buffer, 0, count);
            }
        }
        return Digests.hex(digest.digest());
    }
}
