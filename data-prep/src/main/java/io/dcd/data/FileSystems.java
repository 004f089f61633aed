package io.dcd.data;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** Finds the file system of a path. */
public final class FileSystems {
    private FileSystems() {}

    /**
     * The file system of a path; for local paths the plain one, without Hadoop's hidden checksum files: shards carry page checksums and
     * the manifest their hashes.
     */
    public static FileSystem of(Configuration configuration, Path path) throws IOException {
        FileSystem fileSystem = path.getFileSystem(configuration);
        return fileSystem instanceof LocalFileSystem local ? local.getRawFileSystem() : fileSystem;
    }
}
