package io.dcd.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    /** Names a file; while it is there, no checkpoint of a later step than it tells is finished. */
    private static final String GATE = "dcd.test.gate";

    private static final Pattern STEP = Pattern.compile("\"step\"\\s*:\\s*(\\d+)");

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

    /** Properties of Spark for a driver that waits at {@code gate}, in the middle of a save; see {@link #open}. */
    static Map<String, String> gate(java.nio.file.Path gate) {
        return Map.of("spark.hadoop.fs.file.impl", FaultyDisk.class.getName(), "spark.hadoop." + GATE, gate.toString());
    }

    /** Lets checkpoints of up to {@code step} pass {@code gate}. Without the file all pass. */
    static void open(java.nio.file.Path gate, long step) throws IOException {
        java.nio.file.Path written =
                Files.writeString(gate.resolveSibling(gate.getFileName() + "-new"), Long.toString(step));
        Files.move(written, gate, StandardCopyOption.ATOMIC_MOVE);
    }

    private static final class Disk extends RawLocalFileSystem {
        @Override
        public FSDataOutputStream create(
                Path path, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
                throws IOException {
            FSDataOutputStream out = super.create(path, overwrite, bufferSize, replication, blockSize, progress);
            if (!path.toString().contains("/checkpoints/")) {
                return out;
            }
            return new FSDataOutputStream(
                    new Half(out, path.getName().equals("manifest.json")), new FileSystem.Statistics("file"));
        }

        /** Waits until the gate lets {@code manifest} pass. */
        private void pass(String manifest) throws IOException {
            Matcher step = STEP.matcher(manifest);
            while (step.find() && Long.parseLong(step.group(1)) > lastStep()) {
                step.reset();
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            }
        }

        /** What the gate tells. */
        private long lastStep() throws IOException {
            String gate = getConf().get(GATE);
            try {
                return gate == null ? Long.MAX_VALUE : Long.parseLong(Files.readString(java.nio.file.Path.of(gate)));
            } catch (NoSuchFileException e) {
                return Long.MAX_VALUE;
            }
        }

        private final class Half extends OutputStream {
            private final FSDataOutputStream out;
            private final boolean manifest;

            Half(FSDataOutputStream out, boolean manifest) {
                this.out = out;
                this.manifest = manifest;
            }

            @Override
            public void write(int value) throws IOException {
                out.write(value);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (manifest) {
                    pass(new String(bytes, offset, length, StandardCharsets.UTF_8));
                }
                String full = getConf().get(FULL);
                if (full != null && Files.exists(java.nio.file.Path.of(full))) {
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
