package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code dcd train} as a user meets it: exit codes, one line for what is wrong, nothing half-written. */
@ExtendWith(SmallRun.Resolver.class)
class TrainCommandTest {
    private final CommandRunner dcd = new CommandRunner();
    private final SmallRun small;

    @TempDir
    private Path directory;

    TrainCommandTest(SmallRun small) {
        this.small = small;
    }

    @Test
    void saysHowItGoesAndWhatCameOut() {
        assertThat(train("--json")).as(dcd.err()).isEqualTo(0);
        assertThat(dcd.json().get("images").asLong()).isEqualTo(30);
        assertThat(dcd.out()).contains("\"top1\" :", "\"parameters_sha256\" :");
        assertThat(dcd.err()).contains("epoch 1/1, round 1/3: loss", "saved step 2");
        assertThat(dcd.err()).as("the limit is the end").containsPattern("round 1/3: .* 0 min 00 s left");
    }

    @Test
    void unknownNetworkIsAUsageError() {
        assertFails(2, "mobilenet-v9", "--network=mobilenet-v9");
        assertThat(run()).doesNotExist();
    }

    @Test
    void unknownSettingIsAUsageErrorThatNamesTheNearest() {
        assertFails(2, "unknown setting training.epoch; did you mean training.epochs?", "--set=training.epoch=3");
    }

    @Test
    void missingOptionIsAUsageError() {
        assertThat(dcd.run("train", "--run=" + run())).isEqualTo(2);
        assertThat(dcd.err()).contains("Missing required option: '--data=DIR'", "See 'dcd train --help'");
    }

    @Test
    void directoryWithoutManifestIsADataError() {
        assertThat(dcd.run("train", "--run=" + run(), "--data=" + directory)).isEqualTo(3);
        assertThat(dcd.err()).contains("holds no prepared data").hasLineCount(1);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void damagedShardIsADataErrorThatNamesIt() throws IOException {
        Path copy = SmallRun.copy(small.data(), directory.resolve("data"));
        for (Path shard : files(copy.resolve("train"))) {
            Files.write(shard, Arrays.copyOf(Files.readAllBytes(shard), 500));
        }
        assertThat(dcd.run(SmallRun.TRAIN, "--run=" + run(), "--data=" + copy)).isEqualTo(3);
        assertThat(dcd.err().lines().toList())
                .last()
                .asString()
                .contains("train/part-0000", ".parquet")
                .startsWith("dcd train: ");
    }

    @Test
    void otherDirectoryIsACheckpointError() throws IOException {
        Files.createDirectories(run());
        Files.writeString(run().resolve("notes.txt"), "mine");
        assertFails(6, "is no run directory: it holds notes.txt");
        assertThat(run()).isDirectoryContaining("glob:**/notes.txt");
    }

    @Test
    void divergenceHasItsOwnCode() {
        assertFails(4, "training diverged", "--set=training.learning-rate=1e38", "--set=training.limit-rounds=0");
        assertThat(run().resolve("summary.json")).doesNotExist();
    }

    private Path run() {
        return directory.resolve("run");
    }

    private int train(String... options) {
        return dcd.run(
                SmallRun.TRAIN,
                Stream.concat(Stream.of("--run=" + run(), "--data=" + small.data()), Arrays.stream(options))
                        .toArray(String[]::new));
    }

    private void assertFails(int code, String message, String... options) {
        assertThat(train(options)).as(dcd.err()).isEqualTo(code);
        assertThat(dcd.err().lines().toList())
                .last()
                .asString()
                .startsWith("dcd train: ")
                .contains(message);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.toList();
        }
    }
}
