package io.dcd.data.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSystemsTest {
    @TempDir
    private java.nio.file.Path directory;

    @Test
    void replacesLocalFiles() throws IOException {
        Path place = new Path(directory.toUri());
        checkReplacing(FileSystems.of(new Configuration(), place), place);
    }

    @Test
    void replacesFilesOnHdfs() throws IOException {
        Configuration configuration = new HdfsConfiguration();
        configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, directory.toString());
        // The metrics loggers want a log4j 1 that Spark's class path replaces.
        configuration.setInt("dfs.namenode.metrics.logger.period.seconds", 0);
        configuration.setInt("dfs.datanode.metrics.logger.period.seconds", 0);
        try (MiniDFSCluster hdfs = new MiniDFSCluster.Builder(configuration).build()) {
            FileSystem fileSystem = hdfs.getFileSystem();
            checkReplacing(fileSystem, fileSystem.makeQualified(new Path("/")));
        }
    }

    private static void checkReplacing(FileSystem fileSystem, Path place) throws IOException {
        try (FSDataOutputStream out = FileSystems.create(fileSystem, new Path(place, "synced"), false)) {
            assertThat(out.hasCapability(StreamCapabilities.HSYNC))
                    .as("what is written can be made safe")
                    .isTrue();
        }
        Path target = new Path(place, "target");
        Path source = new Path(place, "source");
        for (String content : List.of("first", "second")) {
            SyncedFile.write(fileSystem, source, content.getBytes(StandardCharsets.UTF_8));
            FileSystems.replace(fileSystem, source, target);
            assertThat(read(fileSystem, target)).isEqualTo(content);
            assertThat(fileSystem.exists(source)).isFalse();
        }
        assertThatThrownBy(() -> FileSystems.replace(fileSystem, source, target))
                .isInstanceOf(FileNotFoundException.class);
        assertThat(read(fileSystem, target))
                .as("what was there stays if nothing takes its place")
                .isEqualTo("second");
    }

    private static String read(FileSystem fileSystem, Path file) throws IOException {
        try (FSDataInputStream in = fileSystem.open(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
