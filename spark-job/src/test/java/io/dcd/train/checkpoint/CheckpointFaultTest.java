package io.dcd.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.LocalHdfs;
import io.dcd.train.checkpoint.FaultyFileSystem.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A checkpoint is whole or absent, whichever operation of the file system goes wrong, and however. */
class CheckpointFaultTest {
    private static final RunIdentity IDENTITY = new RunIdentity("ab".repeat(32), 10, Map.of("network.name", "some"));

    private static final Runnable SOLE_WRITER = () -> {};

    @TempDir
    private static Path shared;

    private static MiniDFSCluster hdfs;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startHdfs() throws IOException {
        hdfs = LocalHdfs.start(shared);
    }

    @AfterAll
    static void stopHdfs() {
        hdfs.shutdown();
    }

    @ParameterizedTest
    @EnumSource
    void newestCheckpointIsTheOldOrTheNewOne(Fault fault) throws IOException {
        FileSystem local = FileSystem.getLocal(new Configuration()).getRawFileSystem();
        assertOldOrNew(fault, local, new org.apache.hadoop.fs.Path(directory.toUri()));
    }

    @ParameterizedTest
    @EnumSource
    void newestCheckpointIsTheOldOrTheNewOneOnHdfs(Fault fault) throws IOException {
        assertOldOrNew(fault, hdfs.getFileSystem(), new org.apache.hadoop.fs.Path("/" + fault));
    }

    private static void assertOldOrNew(Fault fault, FileSystem sound, org.apache.hadoop.fs.Path directory)
            throws IOException {
        int refused = 0;
        boolean fired = true;
        for (int operation = 0; fired; operation++) {
            org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(directory, "operation-" + operation);
            CheckpointStore store = new CheckpointStore(sound, path);
            store.save(checkpoint(1), 2, SOLE_WRITER);
            store.save(checkpoint(2), 2, SOLE_WRITER);

            FaultyFileSystem faulty = new FaultyFileSystem(sound, fault, operation);
            boolean saved = true;
            try {
                new CheckpointStore(faulty, path).save(checkpoint(3), 2, SOLE_WRITER);
            } catch (CheckpointException e) {
                assertThat(e).hasMessageContaining(path.getName());
                saved = false;
                refused++;
            }
            fired = faulty.fired();

            Checkpoint newest = store.newest().orElseThrow();
            assertThat(newest.progress().step())
                    .as("%s at operation %d", fault, operation)
                    .isIn(saved ? List.of(3L) : List.of(2L, 3L));
            assertThat(newest.parameters())
                    .isEqualTo(checkpoint(newest.progress().step()).parameters());

            store.deleteUnfinished();
            assertThat(names(sound, path)).allMatch(name -> name.matches("step-0000000[123]"));
            store.save(checkpoint(4), 2, SOLE_WRITER);
            assertThat(store.newest().orElseThrow().progress().step()).isEqualTo(4);
        }
        // Directory, three files with content and sync each, rename, listing, retirement: a fault in any is noticed.
        assertThat(refused).as("operations at which the save was refused").isGreaterThanOrEqualTo(13);
    }

    private static Checkpoint checkpoint(long step) {
        return new Checkpoint(
                IDENTITY,
                new ModelState(
                        new Progress(0, 0, step, step, step, 0, 1), new float[] {step, 2, 3}, new float[] {4, 5, -step
                        }));
    }

    private static List<String> names(FileSystem fileSystem, org.apache.hadoop.fs.Path path) throws IOException {
        return Arrays.stream(fileSystem.listStatus(path))
                .map(entry -> entry.getPath().getName())
                .toList();
    }
}
