package io.dcd.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;

/** The local file system of a driver process, whose checkpoints can be made to fail or to wait by files that a test creates. */
public final class FaultyDisk extends LocalFileSystem {
    static final String NO_SPACE = "No space left on device, says the test";

    /** Names a file; while it is there, checkpoints get half of their bytes. */
    private static final String FULL = "dcd.test.full";

    /** Names a file; while it is there, a process finishes no more checkpoints than {@link #SAVES}. */
    private static final String GATE = "dcd.test.gate";

    private static final String SAVES = "dcd.test.saves";

    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Hadoop calls it by name. */
    public FaultyDisk() {
        super(new Disk());
    }

    /** Properties of Spark for a driver whose disk is full while the file {@code marker} is there. */
    static Map<String, String> full(java.nio.file.Path marker) {
        return Map.of(
                "spark.hadoop.fs.file.impl", FaultyDisk.class.getName(), "spark.hadoop." + FULL, marker.toString());
    }

    /** Properties of Spark for a driver that waits in the middle of the save after {@code saves} others, while {@code gate} is there. */
    static Map<String, String> gate(java.nio.file.Path gate, int saves) {
        return Map.of(
                "spark.hadoop.fs.file.impl",
                FaultyDisk.class.getName(),
                "spark.hadoop." + GATE,
                gate.toString(),
                "spark.hadoop." + SAVES,
                Integer.toString(saves));
    }

    private static boolean isThere(Configuration configuration, String key) {
        String file = configuration.get(key);
        return file != null && Files.exists(java.nio.file.Path.of(file));
    }

    private static final class Disk extends RawLocalFileSystem {
        private final AtomicInteger manifests = new AtomicInteger();

        @Override
        public FSDataOutputStream create(
                Path path, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
                throws IOException {
            FSDataOutputStream out = super.create(path, overwrite, bufferSize, replication, blockSize, progress);
            if (!path.toString().contains("/checkpoints/")) {
                return out;
            }
            if (path.getName().equals("manifest.json")
                    && manifests.getAndIncrement() >= getConf().getInt(SAVES, Integer.MAX_VALUE)) {
                while (isThere(getConf(), GATE)) {
                    LockSupport.parkNanos(LOOK_AGAIN_NANOS);
                }
            }
            return new FSDataOutputStream(new Half(out), new FileSystem.Statistics("file"));
        }

        private final class Half extends OutputStream {
            private final FSDataOutputStream out;

            Half(FSDataOutputStream out) {
                this.out = out;
            }

            @Override
            public void write(int value) throws IOException {
                out.write(value);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (isThere(getConf(), FULL)) {
                    out.write(bytes, offset, length / 2);
                    throw new IOException(NO_SPACE);
                }
                out.write(bytes, offset, length);
            }

            @Override
            public void flush() throws IOException {
                out.hsync();
            }

            @Override
            public void close() throws IOException {
                out.close();
            }
        }
    }
}
