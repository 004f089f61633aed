package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What a user may get wrong, or a disk: each case ends in one clear line and the documented code, and changes nothing. */
@ExtendWith(SmallRun.Resolver.class)
class BadInputTest {
    private static final String SHARD = "train/part-00000.parquet";
    private static final String MANIFEST = "checkpoints/step-00000002/manifest.json";
    private static final String PARAMETERS = "checkpoints/step-00000002/parameters.f32";

    private final CommandRunner dcd = new CommandRunner();
    private final SmallRun small;

    @TempDir
    private Path directory;

    BadInputTest(SmallRun small) {
        this.small = small;
    }

    /** Does something to a copy of the prepared data and of a run that has a checkpoint. */
    private interface Harm {
        void to(Path data, Path run) throws IOException;

        Harm NONE = (data, run) -> {};
    }

    private record Case(String name, int code, String message, Harm harm, String... options) {
        @Override
        public String toString() {
            return name;
        }
    }

    static final List<Case> CASES = List.of(
            // Shards
            new Case(
                    "data without manifest", 3, "holds no prepared data", (data, run) -> delete(data, "manifest.json")),
            new Case(
                    "data manifest cut",
                    3,
                    "is not a manifest of prepared data",
                    (data, run) -> cut(data, "manifest.json", 99)),
            new Case(
                    "data manifest empty",
                    3,
                    "is not a manifest of prepared data",
                    (data, run) -> cut(data, "manifest.json", 0)),
            new Case(
                    "foreign data manifest",
                    3,
                    "another-format",
                    (data, run) -> replace(data, "manifest.json", "dcd-prepared-images", "another-format")),
            new Case(
                    "data of the future",
                    3,
                    "version 9",
                    (data, run) -> replace(data, "manifest.json", "\"version\" : 1", "\"version\" : 9")),
            new Case("class index missing", 3, "classes.json is missing", (data, run) -> delete(data, "classes.json")),
            new Case(
                    "class index changed",
                    3,
                    "classes.json differs",
                    (data, run) -> replace(data, "classes.json", "disc", "disk")),
            new Case("shard missing", 3, "part-00000.parquet is missing", (data, run) -> delete(data, SHARD)),
            new Case("shard cut", 3, "part-00000.parquet has 500 bytes", (data, run) -> cut(data, SHARD, 500)),
            new Case("shard empty", 3, "part-00000.parquet has 0 bytes", (data, run) -> cut(data, SHARD, 0)),
            new Case(
                    "byte of a shard flipped",
                    3,
                    "part-00000.parquet",
                    (data, run) -> flip(data, SHARD, 2000),
                    "--run=NEW"),
            new Case("data in the run's place", 6, "is no run directory", Harm.NONE, "--run=DATA"),
            // Checkpoints
            new Case("checkpoint without manifest", 6, "a file is missing", (data, run) -> delete(run, MANIFEST)),
            new Case(
                    "checkpoint manifest cut", 6, "its manifest cannot be read", (data, run) -> cut(run, MANIFEST, 50)),
            new Case(
                    "checkpoint manifest empty",
                    6,
                    "is no checkpoint of this program",
                    (data, run) -> cut(run, MANIFEST, 0)),
            new Case(
                    "foreign checkpoint",
                    6,
                    "is no checkpoint of this program",
                    (data, run) -> replace(run, MANIFEST, "dcd-checkpoint", "model")),
            new Case(
                    "checkpoint of the future",
                    6,
                    "newer program",
                    (data, run) -> replace(run, MANIFEST, "\"version\" : ", "\"version\" : 9")),
            new Case("tensor missing", 6, "a file is missing", (data, run) -> delete(run, PARAMETERS)),
            new Case("tensor cut", 6, "parameters.f32 has 12 bytes", (data, run) -> cut(run, PARAMETERS, 12)),
            new Case(
                    "byte of a tensor flipped",
                    6,
                    "does not have the SHA-256",
                    (data, run) -> flip(run, PARAMETERS, 7)),
            new Case("another network", 6, "network.name = ", Harm.NONE, "--set=network.name=mobilenetv2-x0.5-static"),
            new Case(
                    "another rate",
                    6,
                    "--allow-change training.learning-rate",
                    Harm.NONE,
                    "--set=training.learning-rate=1"),
            new Case(
                    "another batch inside an epoch",
                    6,
                    "inside an epoch",
                    Harm.NONE,
                    "--set=training.batch=5",
                    "--allow-change=training.batch"),
            new Case("a file in the run's place", 6, "is no run directory", Harm.NONE, "--run=DATA/manifest.json"),
            // Settings
            new Case("unknown key", 2, "did you mean training.epochs", Harm.NONE, "--set=training.epoch=3"),
            new Case("no number", 2, "training.epochs must be a whole number", Harm.NONE, "--set=training.epochs=many"),
            new Case("out of range", 2, "training.momentum must lie in", Harm.NONE, "--set=training.momentum=1.5"),
            new Case("image too small", 2, "data.image-size must lie in", Harm.NONE, "--set=data.image-size=8"),
            new Case(
                    "warm-up longer than the run",
                    2,
                    "training.warm-up-epochs",
                    Harm.NONE,
                    "--set=training.warm-up-epochs=9"),
            new Case(
                    "more images a step than there are",
                    2,
                    "the training split has 100",
                    Harm.NONE,
                    "--run=NEW",
                    "--set=training.workers=50"),
            new Case("unknown network", 2, "mobilenet-v9", Harm.NONE, "--network=mobilenet-v9"),
            new Case("unknown backend", 2, "engine.backend must be one of", Harm.NONE, "--set=engine.backend=cuda"),
            new Case("unknown recipe", 2, "unknown recipe", Harm.NONE, "--recipe=lenet"),
            new Case("unknown change", 2, "--allow-change engine.threads", Harm.NONE, "--allow-change=engine.threads"),
            new Case("configuration missing", 2, "cannot be read", Harm.NONE, "--config=/nowhere/x.conf"),
            new Case("no HOCON", 2, "is not HOCON", Harm.NONE, "--set=training={"),
            new Case("unknown file system", 2, "cannot be used", Harm.NONE, "--run=nofs://host/run"),
            new Case(
                    "file system without its jars",
                    2,
                    "add that file system's jars",
                    Harm.NONE,
                    "--run=s3a://bucket/run"),
            // Machines
            new Case(
                    "plans larger than memory",
                    5,
                    "outside of the Java heap",
                    Harm.NONE,
                    "--run=NEW",
                    "--set=evaluation.batch=200000"));

    @ParameterizedTest
    @FieldSource("CASES")
    void oneLineAndTheDocumentedCode(Case bad) throws IOException {
        Path copiedData = SmallRun.copy(small.data(), directory.resolve("data"));
        Path copiedRun = SmallRun.copy(small.run(), directory.resolve("run"));
        bad.harm().to(copiedData, copiedRun);
        List<String> before = names(directory);
        String[] options = Arrays.stream(bad.options())
                .map(option -> option.replace("DATA", copiedData.toString())
                        .replace("NEW", directory.resolve("new").toString()))
                .toArray(String[]::new);
        assertThat(train(copiedData, copiedRun, options)).as(dcd.err()).isEqualTo(bad.code());
        List<String> lines = dcd.err()
                .lines()
                .filter(line -> !line.startsWith("See '") && !line.startsWith("warning: "))
                .toList();
        assertThat(lines).last().asString().startsWith("dcd train: ").contains(bad.message());
        assertThat(dcd.err()).doesNotContain("\tat ");
        assertThat(dcd.out()).isEmpty();
        assertThat(names(directory)).as("what is there").containsAll(before);
        assertThat(directory.resolve("new/summary.json")).doesNotExist();
    }

    /** Not even root may create files there. */
    @Test
    void runDirectoryThatCannotBeWrittenIsRefused() {
        Path place = Path.of("/proc/dcd-run");
        assumeTrue(Files.isDirectory(place.getParent()), "there is no /proc here");
        assertThat(train(small.data(), place)).isEqualTo(ExitCode.CHECKPOINT.code());
        assertThat(dcd.err()).contains("dcd train: cannot write in", "/proc").hasLineCount(1);
    }

    private int train(Path data, Path run, String... options) {
        List<String> arguments = new ArrayList<>(List.of("--data=" + data));
        if (Arrays.stream(options).noneMatch(option -> option.startsWith("--run="))) {
            arguments.add("--run=" + run);
        }
        arguments.add("--set=training.limit-rounds=0");
        arguments.addAll(List.of(options));
        return dcd.run(SmallRun.TRAIN, arguments.toArray(String[]::new));
    }

    private static void delete(Path root, String file) throws IOException {
        Files.delete(root.resolve(file));
    }

    private static void cut(Path root, String file, int bytes) throws IOException {
        Files.write(root.resolve(file), Arrays.copyOf(Files.readAllBytes(root.resolve(file)), bytes));
    }

    private static void flip(Path root, String file, int position) throws IOException {
        byte[] bytes = Files.readAllBytes(root.resolve(file));
        bytes[position] ^= 1;
        Files.write(root.resolve(file), bytes);
    }

    private static void replace(Path root, String file, String from, String to) throws IOException {
        String text = Files.readString(root.resolve(file), StandardCharsets.UTF_8);
        assertThat(text).contains(from);
        Files.writeString(root.resolve(file), text.replace(from, to), StandardCharsets.UTF_8);
    }

    private static List<String> names(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.map(path -> root.relativize(path).toString()).toList();
        }
    }
}
