package io.dcd.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.train.checkpoint.FaultyFileSystem.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A checkpoint is whole or absent, whichever operation of the file system goes wrong, and however. */
class CheckpointFaultTest {
    private static final RunIdentity IDENTITY = new RunIdentity("ab".repeat(32), 10, Map.of("network.name", "some"));

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void newestCheckpointIsTheOldOrTheNewOne(Fault fault) throws IOException {
        FileSystem sound = FileSystem.getLocal(new Configuration()).getRawFileSystem();
        int refused = 0;
        boolean fired = true;
        for (int operation = 0; fired; operation++) {
            Path run = Files.createDirectory(directory.resolve("operation-" + operation));
            org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(run.toUri());
            CheckpointStore store = new CheckpointStore(sound, path);
            store.save(checkpoint(1), 2);
            store.save(checkpoint(2), 2);

            FaultyFileSystem faulty = new FaultyFileSystem(sound, fault, operation);
            boolean saved = true;
            try {
                new CheckpointStore(faulty, path).save(checkpoint(3), 2);
            } catch (CheckpointException e) {
                assertThat(e).hasMessageContaining(run.toString());
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
            assertThat(names(run)).allMatch(name -> name.matches("step-0000000[123]"));
            store.save(checkpoint(4), 2);
            assertThat(store.newest().orElseThrow().progress().step()).isEqualTo(4);
        }
        // Directory, three files with content and sync each, rename, listing, retirement: a fault in any is noticed.
        assertThat(refused).as("operations at which the save was refused").isGreaterThanOrEqualTo(10);
    }

    private static Checkpoint checkpoint(long step) {
        return new Checkpoint(
                IDENTITY,
                new ModelState(
                        new Progress(0, 0, step, step, step, 0, 1), new float[] {step, 2, 3}, new float[] {4, 5, -step
                        }));
    }

    private static List<String> names(Path path) throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
