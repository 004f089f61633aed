package io.dcd.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.data.DataException;
import io.dcd.data.PreparedData;
import io.dcd.data.source.OfficialArchives;
import io.dcd.data.testing.DrawnArchives;
import io.dcd.data.testing.LocalSpark;
import io.dcd.data.testing.Preparations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.TaskLocation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.collection.JavaConverters;

/** Sources and prepared data on a real HDFS. */
class HdfsTest {
    @TempDir
    private static Path directory;

    private static MiniDFSCluster hdfs;
    private static DistributedFileSystem fileSystem;
    private static JavaSparkContext spark;
    private static org.apache.hadoop.fs.Path source;

    @BeforeAll
    static void startCluster() throws IOException {
        Configuration configuration = new HdfsConfiguration();
        configuration.set(
                MiniDFSCluster.HDFS_MINIDFS_BASEDIR, directory.resolve("hdfs").toString());
        // Small blocks, so that archives and shards span several.
        configuration.setLong("dfs.namenode.fs-limits.min-block-size", 1 << 14);
        configuration.setLong("dfs.blocksize", 1 << 14);
        // The metrics loggers want a log4j 1 that Spark's class path replaces.
        configuration.setInt("dfs.namenode.metrics.logger.period.seconds", 0);
        configuration.setInt("dfs.datanode.metrics.logger.period.seconds", 0);
        configuration.setInt("dfs.replication", 1);
        hdfs = new MiniDFSCluster.Builder(configuration)
                .numDataNodes(2)
                .hosts(new String[] {"data-one", "data-two"})
                .build();
        fileSystem = hdfs.getFileSystem();
        DrawnArchives.write(directory.resolve("local"), 5, 20, 4);
        source = fileSystem.makeQualified(new org.apache.hadoop.fs.Path("/archives"));
        fileSystem.copyFromLocalFile(Preparations.path(directory.resolve("local")), source);
        spark = LocalSpark.start(2);
        spark.hadoopConfiguration().setLong("dfs.blocksize", 1 << 14);
        spark.hadoopConfiguration().setInt("dfs.replication", 1);
    }

    @AfterAll
    static void stopCluster() {
        spark.close();
        hdfs.shutdown();
    }

    private static PrepareOptions.Builder options(org.apache.hadoop.fs.Path output) {
        return PrepareOptions.builder(source, output).withShardLimits(new ShardLimits(1 << 20, 10, 1 << 20, 25));
    }

    private static PreparedData prepare(PrepareOptions options) {
        return new PrepareJob(spark, options, PrepareListener.NONE).run();
    }

    private static org.apache.hadoop.fs.Path remote(String name) {
        return fileSystem.makeQualified(new org.apache.hadoop.fs.Path("/" + name));
    }

    @Test
    void theResultIsThatOfALocalFileSystem() {
        PreparedData remote = prepare(options(remote("same")).build());
        PreparedData local = prepare(PrepareOptions.builder(
                        Preparations.path(directory.resolve("local")), Preparations.path(directory.resolve("prepared")))
                .withShardLimits(options(source).build().shardLimits())
                .build());
        assertThat(remote.fingerprint()).isEqualTo(local.fingerprint());
        assertThat(new VerifyJob(spark, remote, PrepareListener.NONE).run().problems())
                .isEmpty();
    }

    @Test
    void aFullDiskLosesNothingAndTheSameCommandGoesOn() throws IOException {
        org.apache.hadoop.fs.Path output = remote("full");
        fileSystem.mkdirs(output);
        // Room for the staging folder and a first shard or two.
        fileSystem.setQuota(output, HdfsConstants.QUOTA_DONT_SET, 6 << 14);
        assertThatThrownBy(() -> prepare(options(output).build()))
                .as("the quota is met")
                .hasStackTraceContaining("DSQuotaExceededException");
        assertThatThrownBy(() -> PreparedData.open(spark.hadoopConfiguration(), output))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("run `dcd prep");
        fileSystem.setQuota(output, HdfsConstants.QUOTA_RESET, HdfsConstants.QUOTA_RESET);
        PreparedData prepared = prepare(options(output).build());
        assertThat(prepared.fingerprint())
                .isEqualTo(prepare(options(remote("undisturbed")).build()).fingerprint());
        assertThat(new VerifyJob(spark, prepared, PrepareListener.NONE).run().problems())
                .as("no stray files either")
                .isEmpty();
    }

    @Test
    void tasksPreferTheHostsOfTheirBytes() throws Exception {
        Map<String, Set<List<String>>> preferences = new ConcurrentHashMap<>();
        SparkListener listener = new SparkListener() {
            @Override
            public void onStageSubmitted(SparkListenerStageSubmitted submitted) {
                String job = submitted.properties().getProperty("spark.job.description");
                JavaConverters.seqAsJavaList(submitted.stageInfo().taskLocalityPreferences())
                        .forEach(task -> preferences
                                .computeIfAbsent(job.replaceAll(" of .*", ""), each -> new HashSet<>())
                                .add(JavaConverters.seqAsJavaList(task).stream()
                                        .map(TaskLocation::host)
                                        .toList()));
            }
        };
        spark.sc().addSparkListener(listener);
        try {
            PreparedData prepared = prepare(options(remote("placed")).build());
            new VerifyJob(spark, prepared, PrepareListener.NONE).run();
            spark.sc().listenerBus().waitUntilEmpty();
        } finally {
            spark.sc().removeSparkListener(listener);
        }
        org.apache.hadoop.fs.Path archive = new org.apache.hadoop.fs.Path(source, OfficialArchives.VALIDATION);
        Map<String, Long> held = new TreeMap<>();
        for (BlockLocation block : fileSystem.getFileBlockLocations(
                archive, 0, fileSystem.getFileStatus(archive).getLen())) {
            held.merge(block.getHosts()[0], block.getLength(), Long::sum);
        }
        List<String> bestFirst = held.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .map(Map.Entry::getKey)
                .toList();
        assertThat(bestFirst).isSubsetOf("data-one", "data-two").isNotEmpty();
        assertThat(preferences.get("dcd prep: check every image"))
                .as("the task that reads the validation archive")
                .contains(bestFirst);
        assertThat(preferences.get("dcd verify: read every shard"))
                .as("every shard lies somewhere")
                .isNotEmpty()
                .doesNotContain(List.of());
        assertThat(preferences.get("dcd prep: write the shards"))
                .as("the images of a shard lie everywhere")
                .containsExactly(List.of());
    }
}
