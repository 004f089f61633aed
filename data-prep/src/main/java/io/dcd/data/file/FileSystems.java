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
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.StreamCapabilities;

/** Finds the file system of a path, and does what file systems do in different ways. */
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
        if (!(fileSystem instanceof LocalFileSystem local)) {
            return fileSystem;
        }
        FileSystem raw = local.getRawFileSystem();
        if (raw.getClass() != RawLocalFileSystem.class) {
            return raw;
        }
        FileSystem plain = new PlainLocalFileSystem();
        plain.initialize(raw.getUri(), configuration);
        return plain;
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
     * Begins a file, and the directories above it.
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
     * Waits until what has been written is safe from a crash of the machine, where the file system can see to that. Object stores cannot;
     * they keep a file whole or not at all when it is closed.
     */
    public static void sync(FSDataOutputStream out) throws IOException {
        if (out.hasCapability(StreamCapabilities.HSYNC)) {
            out.hsync();
        }
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
