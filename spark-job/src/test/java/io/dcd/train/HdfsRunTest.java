package io.dcd.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.LocalHdfs;
import io.dcd.PreparedImages;
import io.dcd.data.PreparedData;
import io.dcd.doctor.Doctor;
import io.dcd.doctor.Finding;
import io.dcd.doctor.Job;
import io.dcd.settings.Settings;
import io.dcd.settings.SettingsLoader;
import io.dcd.train.TrainingRuns.RecordingListener;
import io.dcd.train.checkpoint.CheckpointException;
import io.dcd.worker.NetworkSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PrivilegedExceptionAction;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run directory on a real HDFS. */
class HdfsRunTest {
    @TempDir
    private static Path shared;

    private static MiniDFSCluster hdfs;
    private static DistributedFileSystem fileSystem;
    private static JavaSparkContext spark;
    private static PreparedData data;
    private static Summary local;

    @BeforeAll
    static void startClusters() throws IOException {
        hdfs = LocalHdfs.start(shared.resolve("hdfs"));
        fileSystem = hdfs.getFileSystem();
        spark = TrainingRuns.spark("local[2]");
        data = PreparedImages.prepare(spark, shared);
        local = TrainingRuns.train(spark, data, shared.resolve("local"));
    }

    @AfterAll
    static void stopClusters() {
        spark.close();
        hdfs.shutdown();
    }

    @Test
    void interruptedRunEndsAsALocalOneAndLeavesNothingElse() throws IOException {
        Summary half = train("run", "training.limit-rounds=4");
        assertThat(half.complete()).isFalse();
        Summary whole = train("run");
        assertThat(whole.parametersSha256()).isEqualTo(local.parametersSha256());
        assertThat(names("run"))
                .containsExactlyInAnyOrder(
                        "config.conf", "metrics.jsonl", "events.out.tfevents.dcd", "summary.json", "checkpoints");
        assertThat(names("run/checkpoints")).containsExactly("step-00000005", "step-00000007", "step-00000010");
        assertThat(new String(fileSystem.open(path("run/metrics.jsonl")).readAllBytes(), StandardCharsets.UTF_8))
                .satisfies(text -> assertThat(text.lines().filter(line -> line.contains("\"type\":\"round\"")))
                        .hasSize((int) local.rounds()));
    }

    @Test
    void fullDirectoryRefusesTheCheckpointAndKeepsTheOldOne() throws IOException {
        train("full", "training.limit-rounds=3");
        long used = fileSystem.getContentSummary(path("full")).getSpaceConsumed();
        // Room for metrics, settings and lease, but not for two more tensors.
        fileSystem.setQuota(path("full"), HdfsConstants.QUOTA_DONT_SET, used + 4L * LocalHdfs.BLOCK);
        assertThatThrownBy(() -> train("full"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("cannot write the checkpoint")
                .hasMessageContaining("quota");
        assertThat(directory("full")
                        .checkpoints()
                        .newest()
                        .orElseThrow()
                        .progress()
                        .step())
                .isEqualTo(5);

        fileSystem.setQuota(path("full"), HdfsConstants.QUOTA_DONT_SET, HdfsConstants.QUOTA_RESET);
        assertThat(train("full").parametersSha256()).isEqualTo(local.parametersSha256());
        assertThat(names("full/checkpoints")).allMatch(name -> name.startsWith("step-"));
    }

    @Test
    void lostPermissionIsRefusedBeforeTheJob() throws Exception {
        fileSystem.mkdirs(path("guarded"));
        List<Finding> findings = UserGroupInformation.createRemoteUser("guest")
                .doAs((PrivilegedExceptionAction<List<Finding>>)
                        () -> doctor().examineRun(fileSystem.getConf(), path("guarded/run")));
        assertThat(findings.get(0).level()).isEqualTo(Finding.Level.REFUSAL);
        assertThat(findings.get(0).message()).contains("cannot write in", "/guarded", "Permission denied: user=guest");
    }

    @Test
    void quotaWithoutRoomForACheckpointIsRefusedBeforeTheJob() throws IOException {
        fileSystem.mkdirs(path("narrow"));
        fileSystem.setQuota(path("narrow"), HdfsConstants.QUOTA_DONT_SET, LocalHdfs.BLOCK);
        List<Finding> findings = doctor().examineRun(fileSystem.getConf(), path("narrow/run"));
        assertThat(findings.get(0).level()).as(findings.toString()).isEqualTo(Finding.Level.FINE);
        assertThat(findings.get(1).level()).isEqualTo(Finding.Level.REFUSAL);
        assertThat(findings.get(1).message()).contains("has no room: 1.0 MiB free");
        assertThat(names("narrow")).as("what the probe leaves").isEmpty();
    }

    private static Doctor doctor() {
        Settings settings = new SettingsLoader()
                .text("network.name = mobilenetv2-x0.35-static, data.image-size = 32", "the test")
                .load();
        return new Doctor(Job.training(settings, NetworkSpec.of(settings.network(), 32, PreparedImages.CLASSES)));
    }

    private static Summary train(String name, String... assignments) {
        return TrainingRuns.train(spark, data, directory(name), new RecordingListener(), assignments);
    }

    private static RunDirectory directory(String name) {
        return RunDirectory.at(fileSystem.getConf(), path(name));
    }

    private static org.apache.hadoop.fs.Path path(String name) {
        return fileSystem.makeQualified(new org.apache.hadoop.fs.Path("/" + name));
    }

    private static List<String> names(String directory) throws IOException {
        return Arrays.stream(fileSystem.listStatus(path(directory)))
                .map(status -> status.getPath().getName())
                .toList();
    }
}
