package io.dcd.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.data.ClassIndex;
import io.dcd.data.source.OfficialArchiveWriter;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same shards wherever they are made: in one JVM on the local disk, and by two worker processes from HDFS to HDFS. */
class PreparationIT {
    private static final Path BIN = Scripts.MODULE.resolve("bin");
    private static final int CLASSES = 6;
    private static final int IMAGES_PER_CLASS = 30;

    @TempDir
    private Path temporary;

    private Path archives;

    @AfterEach
    void stopCluster() throws Exception {
        Scripts.run(temporary, BIN.resolve("local-cluster"), "stop", "--directory", cluster());
    }

    @Test
    void aClusterOnHdfsMakesTheSameShards() throws Exception {
        archives = temporary.resolve("archives");
        writeArchives();
        Path local = temporary.resolve("local");
        Scripts.Outcome alone =
                Scripts.run(prep("dcd", "prep", "--master", "local[2]", "--source", archives, "--output", local));
        assertThat(alone.exitCode()).as(alone.errors()).isZero();

        Scripts.Outcome start = Scripts.run(
                temporary,
                BIN.resolve("local-cluster"),
                "start",
                "--port",
                0,
                "--memory",
                "512m",
                "--directory",
                cluster());
        assertThat(start.exitCode()).as(start.errors()).isZero();
        Path fetched = temporary.resolve("fetched");
        try (MiniDFSCluster hdfs = startHdfs()) {
            FileSystem fileSystem = hdfs.getFileSystem();
            org.apache.hadoop.fs.Path source = new org.apache.hadoop.fs.Path(fileSystem.getUri() + "/archives");
            org.apache.hadoop.fs.Path output = new org.apache.hadoop.fs.Path(fileSystem.getUri() + "/prepared");
            fileSystem.copyFromLocalFile(new org.apache.hadoop.fs.Path(archives.toUri()), source);
            String master = start.output().strip();
            Scripts.Outcome together = Scripts.run(prep(
                    "dcd-submit",
                    "--master",
                    master,
                    "--executor-memory",
                    "512m",
                    "prep",
                    "--source",
                    source,
                    "--output",
                    output));
            assertThat(together.exitCode()).as(together.errors()).isZero();
            fileSystem.copyToLocalFile(false, output, new org.apache.hadoop.fs.Path(fetched.toUri()), true);
        }
        for (String worker : new String[] {"work-1", "work-2"}) {
            try (Stream<Path> logs = Files.walk(cluster().resolve(worker))) {
                assertThat(logs.filter(file -> file.endsWith("stderr")))
                        .as("an executor ran on %s", worker)
                        .isNotEmpty();
            }
        }
        assertThat(files(fetched)).hasSizeGreaterThan(10).isEqualTo(files(local));
    }

    private Path cluster() {
        return temporary.resolve("cluster");
    }

    /** A command with shards so small that both workers have some to write. */
    private ProcessBuilder prep(String script, Object... arguments) {
        ProcessBuilder builder = Scripts.command(temporary, BIN.resolve(script), arguments);
        builder.command().addAll(List.of("--shard-rows", "20", "--row-group-rows", "7"));
        builder.environment().remove("SPARK_HOME");
        builder.environment().put("DCD_DRIVER_MEMORY", "512m");
        return builder;
    }

    private MiniDFSCluster startHdfs() throws IOException {
        Configuration configuration = new HdfsConfiguration();
        configuration.set(
                MiniDFSCluster.HDFS_MINIDFS_BASEDIR, temporary.resolve("hdfs").toString());
        // The metrics loggers want a log4j 1 that Spark's class path replaces.
        configuration.setInt("dfs.namenode.metrics.logger.period.seconds", 0);
        configuration.setInt("dfs.datanode.metrics.logger.period.seconds", 0);
        return new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
    }

    private void writeArchives() throws IOException {
        Map<String, String> words = new TreeMap<>();
        for (int i = 1; i <= CLASSES; i++) {
            words.put(String.format("n%08d", i), "class number " + i);
        }
        Random random = new Random(1);
        try (OfficialArchiveWriter writer = new OfficialArchiveWriter(
                new Configuration(), new org.apache.hadoop.fs.Path(archives.toUri()), ClassIndex.ofWords(words))) {
            for (String wnid : words.keySet()) {
                for (int i = 0; i < IMAGES_PER_CLASS; i++) {
                    writer.addTraining(wnid, noise(random));
                }
                writer.addValidation(wnid, noise(random));
            }
        }
    }

    private static byte[] noise(Random random) throws IOException {
        BufferedImage image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 40 * 30; i++) {
            image.setRGB(i % 40, i / 40, random.nextInt(1 << 24));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, "jpeg", bytes)).isTrue();
        return bytes.toByteArray();
    }

    /** Every file below a folder, its content told by a hash; but for the note about the source, which holds times of change. */
    private static Map<String, String> files(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path file : found.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("preparation.json"))
                    .toList()) {
                files.put(folder.relativize(file).toString(), io.dcd.data.Digests.sha256(Files.readAllBytes(file)));
            }
        }
        return files;
    }
}
