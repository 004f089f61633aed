package io.dcd.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.settings.Settings;
import io.dcd.settings.SettingsLoader;
import io.dcd.worker.NetworkSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryCheckTest {
    @TempDir
    private Path directory;

    @Test
    void storeThatCopiesInsteadOfRenamingIsAWarning() throws IOException {
        FileSystem local = FileSystem.getLocal(new Configuration()).getRawFileSystem();
        FileSystem store = new FilterFileSystem(local) {
            @Override
            public URI getUri() {
                return URI.create("s3a://bucket");
            }

            @Override
            protected void checkPath(org.apache.hadoop.fs.Path path) {
                // Its paths are local ones.
            }
        };
        assertThat(findings(local)).noneMatch(finding -> finding.message().contains("one step"));
        assertThat(findings(store)).anySatisfy(finding -> {
            assertThat(finding.level()).isEqualTo(Finding.Level.WARNING);
            assertThat(finding.message()).contains("s3a", "does not rename in one step", "HDFS");
        });
        assertThat(directory).as("what the probe leaves").isEmptyDirectory();
    }

    private List<Finding> findings(FileSystem fileSystem) {
        org.apache.hadoop.fs.Path run =
                new org.apache.hadoop.fs.Path(directory.resolve("run").toString());
        return new RunDirectoryCheck(fileSystem, run, job("")).findings();
    }

    @Test
    void everyVectorOfACheckpointIsCounted() {
        long vector = job("").vectorBytes();
        assertThat(job("").checkpointBytes()).isEqualTo(2 * vector);
        assertThat(job("averaging.outer-momentum = 0.5").checkpointBytes()).isEqualTo(3 * vector);
        assertThat(job("averaging.outer-rate = 0.5").checkpointBytes()).isEqualTo(3 * vector);
        assertThat(job("averaging { outer-rate = 0.5, moving-average-decay = 0.9 }")
                        .checkpointBytes())
                .isEqualTo(4 * vector);
    }

    private static Job job(String settings) {
        Settings all = new SettingsLoader()
                .text("network.name = mobilenetv2-x0.35-static, data.image-size = 32\n" + settings, "the test")
                .load();
        return Job.training(all, NetworkSpec.of(all.network(), 32, 10));
    }
}
