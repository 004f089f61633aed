package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
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
    void missingOptionIsAUsageError() {
        assertThat(dcd.run("train", "--run=" + run())).isEqualTo(2);
        assertThat(dcd.err()).contains("Missing required option: '--data=DIR'", "See 'dcd train --help'");
    }

    @Test
    void divergenceHasItsOwnCode() {
        assertThat(train("--set=training.learning-rate=1e38", "--set=training.limit-rounds=0"))
                .as(dcd.err())
                .isEqualTo(4);
        assertThat(dcd.err().lines()).last().asString().startsWith("dcd train: training diverged");
        assertThat(run().resolve("summary.json")).doesNotExist();
    }

    private Path run() {
        return directory.resolve("run");
    }

    private int train(String... options) {
        String[] usual = Stream.of(
                        SmallRun.TRAIN, new String[] {SmallRun.MASTER, "--run=" + run(), "--data=" + small.data()})
                .flatMap(Arrays::stream)
                .toArray(String[]::new);
        return dcd.run(usual, options);
    }
}
