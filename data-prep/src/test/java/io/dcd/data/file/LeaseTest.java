package io.dcd.data.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.data.DataException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseTest {
    private static final Lease.Terms TERMS = new Lease.Terms("--output", DataException::new);

    /** No sign of life comes between two lines of a test. */
    private static final Duration BEATS_ON_DEMAND = Duration.ofDays(1);

    @TempDir
    private Path directory;

    private FileSystem fileSystem;
    private org.apache.hadoop.fs.Path file;
    private int beats = 3;

    @BeforeEach
    void openFileSystem() throws IOException {
        fileSystem = FileSystem.getLocal(new Configuration()).getRawFileSystem();
        file = new org.apache.hadoop.fs.Path(directory.resolve("lease.json").toUri());
    }

    @Test
    void secondDriverIsRefusedWithTheHoldersName() {
        try (Lease lease = Lease.take(fileSystem, file, TERMS)) {
            lease.requireHeld();
            assertThatThrownBy(() -> Lease.take(fileSystem, file, TERMS))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("is being written by process "
                            + ProcessHandle.current().pid())
                    .hasMessageEndingWith("wait for it, or give another --output");
            lease.requireHeld();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void leaseOfADeadProcessIsTakenOver() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        writeHolder(process.pid());
        try (Lease lease = Lease.take(fileSystem, file, TERMS)) {
            lease.requireHeld();
        }
    }

    @Test
    void leaseFromAnEarlierLifeOfTheSameProcessNumberIsTakenOver() throws IOException {
        writeHolder(ProcessHandle.current().pid());
        try (Lease lease = Lease.take(fileSystem, file, TERMS)) {
            lease.requireHeld();
        }
    }

    @Test
    void whoeverLostTheLeaseIsTold() throws IOException {
        try (Lease lease = Lease.take(fileSystem, file, TERMS, BEATS_ON_DEMAND)) {
            writeHolder(4711);
            assertThatThrownBy(lease::requireHeld)
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("lost")
                    .hasMessageContaining("process 4711");
        }
        assertThat(directory).as("the new holder's file stays").isDirectoryContaining("glob:**/lease.json");
    }

    @Test
    void equalHostNamesDoNotMakeOneMachine() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        writeHolder(process.pid(), "another container");
        FileSystem watched = new FilterFileSystem(fileSystem) {
            @Override
            public FSDataInputStream open(org.apache.hadoop.fs.Path path, int bufferSize) throws IOException {
                FSDataInputStream in = super.open(path, bufferSize);
                // The holder lives where its number is not seen from here.
                beats++;
                writeHolder(process.pid(), "another container");
                return in;
            }
        };
        assertThatThrownBy(() -> Lease.take(watched, file, TERMS))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is being written by process " + process.pid());
    }

    @Test
    void failedSignOfLifeCostsNothing() throws IOException {
        AtomicBoolean full = new AtomicBoolean();
        FileSystem disk = new FilterFileSystem(fileSystem) {
            @Override
            public FSDataOutputStream create(
                    org.apache.hadoop.fs.Path path,
                    FsPermission permission,
                    boolean overwrite,
                    int bufferSize,
                    short replication,
                    long blockSize,
                    Progressable progress)
                    throws IOException {
                FSDataOutputStream out =
                        super.create(path, permission, overwrite, bufferSize, replication, blockSize, progress);
                if (full.get()) {
                    out.close();
                    throw new IOException("no space left");
                }
                return out;
            }
        };
        try (Lease lease = Lease.take(disk, file, TERMS, BEATS_ON_DEMAND)) {
            full.set(true);
            lease.beat();
            assertThat(directory.resolve("lease.json")).as("the fault fired").isEmptyFile();
            lease.requireHeld();
            full.set(false);
            lease.beat();
            lease.requireHeld();
            writeHolder(4711);
            assertThatThrownBy(lease::requireHeld).hasMessageContaining("process 4711");
            full.set(true);
            lease.beat();
            assertThatThrownBy(lease::requireHeld)
                    .as("a file that is another's is not written")
                    .hasMessageContaining("process 4711");
        }
    }

    private void writeHolder(long process) throws IOException {
        writeHolder(process, Lease.here());
    }

    private void writeHolder(long process, String machine) throws IOException {
        String host = InetAddress.getLocalHost().getHostName();
        Files.writeString(
                directory.resolve("lease.json"),
                "{\"token\":\"other\",\"host\":\"%s\",\"machine\":\"%s\",\"process\":%d,\"beats\":%d}"
                        .formatted(host, machine, process, beats));
    }
}
