package io.dcd.data.file;

import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeysPublic;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/** Finds the file system of a path. */
public final class FileSystems {
    private static final String BUFFER_SIZE = CommonConfigurationKeysPublic.IO_FILE_BUFFER_SIZE_KEY;
    private static final int BUFFER_SIZE_DEFAULT = CommonConfigurationKeysPublic.IO_FILE_BUFFER_SIZE_DEFAULT;

    private FileSystems() {}

    /**
     * The file system of a path; for local paths the plain one, without Hadoop's hidden checksum files: shards carry page checksums,
     * manifests and checkpoints their hashes.
     */
    public static FileSystem of(Configuration configuration, Path path) throws IOException {
        FileSystem fileSystem = path.getFileSystem(configuration);
        return fileSystem instanceof LocalFileSystem local ? local.getRawFileSystem() : fileSystem;
    }

    /**
     * Begins a new file in a directory that exists.
     *
     * @throws FileNotFoundException if the directory is not there, as after the end of the work that the file belongs to
     */
    public static FSDataOutputStream create(FileSystem fileSystem, Path file) throws IOException {
        if (!fileSystem.exists(file.getParent())) {
            throw new FileNotFoundException(file.getParent() + " does not exist (any more)");
        }
        return create(fileSystem, file, false);
    }

    /**
     * Begins a file, and the directories above it. Hadoop's shorter methods set the file's permissions, for which they start a process
     * for each local file; this one leaves them to the file system.
     */
    static FSDataOutputStream create(FileSystem fileSystem, Path file, boolean overwrite) throws IOException {
        return fileSystem.create(
                file,
                overwrite,
                fileSystem.getConf().getInt(BUFFER_SIZE, BUFFER_SIZE_DEFAULT),
                fileSystem.getDefaultReplication(file),
                fileSystem.getDefaultBlockSize(file),
                null);
    }

    /**
     * Puts the file {@code source} in the place of {@code target} in one step, whether there is one or not. Local renames
     * replace their target; HDFS's refuses to, but it has another one that does.
     *
     * @throws FileNotFoundException if there is no {@code source}; {@code target} stays
     */
    public static void replace(FileSystem fileSystem, Path source, Path target) throws IOException {
        if (!fileSystem.rename(source, target)) {
            FileContext.getFileContext(fileSystem.getUri(), fileSystem.getConf())
                    .rename(source, target, Options.Rename.OVERWRITE);
        }
    }
}
