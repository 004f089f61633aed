package io.dcd.data.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.data.DataException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseTest {
    private static final Lease.Terms TERMS = new Lease.Terms("--output", DataException::new);

    @TempDir
    private Path directory;

    private FileSystem fileSystem;
    private org.apache.hadoop.fs.Path file;

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
        try (Lease lease = Lease.take(fileSystem, file, TERMS)) {
            writeHolder(4711);
            assertThatThrownBy(lease::requireHeld)
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("lost")
                    .hasMessageContaining("process 4711");
        }
        assertThat(directory).as("the new holder's file stays").isDirectoryContaining("glob:**/lease.json");
    }

    private void writeHolder(long process) throws IOException {
        String host = InetAddress.getLocalHost().getHostName();
        Files.writeString(
                directory.resolve("lease.json"),
                "{\"token\":\"other\",\"host\":\"%s\",\"process\":%d,\"beats\":3}".formatted(host, process));
    }
}
