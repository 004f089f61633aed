package io.dcd.data.prepare;

import java.io.File;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.Progressable;
import org.awaitility.Awaitility;

/**
 * The local file system, except that the first process that has written a part of a shard waits there until a file tells it to go on.
 * Files beside the folder {@code prepared} tell how far it is.
 */
public final class PausingFileSystem extends SchemedFileSystem {
    static final String SCHEME = "pausing";

    /** More than Parquet's magic number: a part of the rows. */
    private static final int PART_OF_A_SHARD = 1000;

    /** Longer than any test. */
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    /** Is there when a process waits within a shard. */
    static File waiting(File prepared) {
        return new File(prepared.getParentFile(), "a-process-waits");
    }

    /** To be made to let it go on. */
    static File released(File prepared) {
        return new File(prepared.getParentFile(), "it-may-go-on");
    }

    /** Is there when it has gone on to the end of the shard. */
    static File wentOn(File prepared) {
        return new File(prepared.getParentFile(), "it-went-on");
    }

    /** Hadoop calls it by name. */
    public PausingFileSystem() {
        super(SCHEME);
    }

    @Override
    public FSDataOutputStream create(
            Path file, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
            throws IOException {
        FSDataOutputStream out = super.create(file, overwrite, bufferSize, replication, blockSize, progress);
        // A shard is written in the staging folder, under its name and a number.
        boolean shard = file.getName().contains(".parquet.");
        File prepared = pathToFile(file).getParentFile().getParentFile();
        return shard ? new FSDataOutputStream(new PausingStream(out, prepared), null) : out;
    }

    private static final class PausingStream extends FilterOutputStream {
        private final File prepared;
        private boolean paused;
        private long written;

        PausingStream(OutputStream out, File prepared) {
            super(out);
            this.prepared = prepared;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            written += length;
            if (written > PART_OF_A_SHARD && waiting(prepared).createNewFile()) {
                paused = true;
                Awaitility.await().atMost(PATIENCE).until(released(prepared)::exists);
            }
        }

        @Override
        public void close() throws IOException {
            super.close();
            if (paused && !wentOn(prepared).createNewFile()) {
                throw new IOException("went on twice");
            }
            paused = false;
        }
    }
}
