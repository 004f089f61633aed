package io.dcd.data.file;

import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * The local file system with the permissions that the process's own mask gives. Hadoop's, without its native library, starts the program
 * chmod for each file and folder that it makes, which takes longer than writing a small one.
 */
final class PlainLocalFileSystem extends RawLocalFileSystem {
    @Override
    public void setPermission(Path path, FsPermission permission) {}
}
