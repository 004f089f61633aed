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
    private static final String NO_MANIFEST = "is not a manifest of prepared data";
    private static final String NO_CHECKPOINT = "is no checkpoint of this program";
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
        /** Something is wrong with the prepared data. */
        static Case data(String name, String message, Harm harm) {
            return new Case(name, 3, message, harm);
        }

        /** Something is wrong with the checkpoint that the run would go on from. */
        static Case checkpoint(String name, String message, Harm harm) {
            return new Case(name, 6, message, harm);
        }

        /** The command is wrong. */
        static Case usage(String name, String message, String... options) {
            return new Case(name, 2, message, Harm.NONE, options);
        }

        /** The run directory cannot be used. */
        static Case run(String name, String message, String... options) {
            return new Case(name, 6, message, Harm.NONE, options);
        }

        /** What only executors can find. */
        Case foundByTheCluster() {
            return new Case(
                    name,
                    code,
                    message,
                    harm,
                    Stream.concat(Stream.of("--run=NEW", "--master=local[2]"), Arrays.stream(options))
                            .toArray(String[]::new));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static final List<Case> CASES = List.of(
            Case.data("data without manifest", "holds no prepared data", (data, run) -> delete(data, "manifest.json")),
            Case.data("data manifest cut", NO_MANIFEST, (data, run) -> cut(data, "manifest.json", 99)),
            Case.data("data manifest empty", NO_MANIFEST, (data, run) -> cut(data, "manifest.json", 0)),
            Case.data(
                    "foreign data manifest",
                    "another-format",
                    (data, run) -> replace(data, "manifest.json", "dcd-prepared-images", "another-format")),
            Case.data(
                    "data of the future",
                    "version 9",
                    (data, run) -> replace(data, "manifest.json", "\"version\" : 1", "\"version\" : 9")),
            Case.data("class index missing", "classes.json is missing", (data, run) -> delete(data, "classes.json")),
            Case.data(
                    "class index changed",
                    "classes.json differs",
                    (data, run) -> replace(data, "classes.json", "disc", "disk")),
            Case.data("shard missing", "part-00000.parquet is missing", (data, run) -> delete(data, SHARD)),
            Case.data("shard cut", "part-00000.parquet has 500 bytes", (data, run) -> cut(data, SHARD, 500)),
            Case.data("shard empty", "part-00000.parquet has 0 bytes", (data, run) -> cut(data, SHARD, 0)),
            Case.data("byte of a shard flipped", "part-00000.parquet", (data, run) -> flip(data, SHARD, 2000))
                    .foundByTheCluster(),
            Case.data(
                            "another file in a shard's place",
                            "part-00000.parquet cannot be read as a shard",
                            (data, run) -> overwrite(data, SHARD))
                    .foundByTheCluster(),
            Case.checkpoint("checkpoint without manifest", "a file is missing", (data, run) -> delete(run, MANIFEST)),
            Case.checkpoint(
                    "checkpoint manifest cut", "its manifest cannot be read", (data, run) -> cut(run, MANIFEST, 50)),
            Case.checkpoint("checkpoint manifest empty", NO_CHECKPOINT, (data, run) -> cut(run, MANIFEST, 0)),
            Case.checkpoint(
                    "foreign checkpoint",
                    NO_CHECKPOINT,
                    (data, run) -> replace(run, MANIFEST, "dcd-checkpoint", "model")),
            Case.checkpoint(
                    "checkpoint of the future",
                    "newer program",
                    (data, run) -> replace(run, MANIFEST, "\"version\" : ", "\"version\" : 9")),
            Case.checkpoint("tensor missing", "a file is missing", (data, run) -> delete(run, PARAMETERS)),
            Case.checkpoint("tensor cut", "parameters.f32 has 12 bytes", (data, run) -> cut(run, PARAMETERS, 12)),
            Case.checkpoint(
                    "byte of a tensor flipped", "does not have the SHA-256", (data, run) -> flip(run, PARAMETERS, 7)),
            Case.run("another network", "network.name = ", "--set=network.name=mobilenetv2-x0.5-static"),
            Case.run("another rate", "--allow-change training.learning-rate", "--set=training.learning-rate=1"),
            Case.run(
                    "another batch inside an epoch",
                    "inside an epoch",
                    "--set=training.batch=5",
                    "--allow-change=training.batch"),
            Case.run("data in the run's place", "is no run directory", "--run=DATA"),
            Case.run("a file in the run's place", "is no run directory", "--run=DATA/manifest.json"),
            Case.usage("unknown key", "did you mean training.epochs?", "--set=training.epoch=3"),
            Case.usage("no number", "training.epochs must be a whole number", "--set=training.epochs=many"),
            Case.usage("out of range", "training.momentum must lie in", "--set=training.momentum=1.5"),
            Case.usage("image too small", "data.image-size must lie in", "--set=data.image-size=8"),
            Case.usage("fewer workers than none", "training.workers must not be negative", "--set=training.workers=-1"),
            Case.usage("empty batch", "training.batch must be at least 1", "--set=training.batch=0"),
            Case.usage("warm-up longer than the run", "training.warm-up-epochs", "--set=training.warm-up-epochs=9"),
            Case.usage(
                    "more images a step than there are",
                    "the training split has 100",
                    "--run=NEW",
                    "--set=training.workers=50"),
            Case.usage(
                    "batch larger than the data",
                    "the training split has 100",
                    "--run=NEW",
                    "--set=training.batch=101"),
            Case.usage("unknown network", "mobilenet-v9", "--run=NEW", "--network=mobilenet-v9"),
            Case.usage("unknown backend", "engine.backend must be one of", "--set=engine.backend=cuda"),
            Case.usage("unknown recipe", "unknown recipe", "--recipe=lenet"),
            Case.usage("unknown change", "--allow-change engine.threads", "--allow-change=engine.threads"),
            Case.usage("configuration missing", "cannot be read", "--config=/nowhere/x.conf"),
            Case.usage("no HOCON", "is not HOCON", "--set=training={"),
            Case.usage("unknown file system", "cannot be used", "--run=nofs://host/run"),
            Case.usage("file system without its jars", "add that file system's jars", "--run=s3a://bucket/run"),
            new Case("no such cluster", 5, "nowhere", Harm.NONE, "--run=NEW"),
            new Case(
                            "plans larger than memory",
                            5,
                            "outside of the Java heap",
                            Harm.NONE,
                            "--set=evaluation.batch=200000")
                    .foundByTheCluster());

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
        assertThat(directory.resolve("new/checkpoints")).doesNotExist();
    }

    /** Not even root may create files there. */
    @Test
    void runDirectoryThatCannotBeWrittenIsRefused() {
        Path place = Path.of("/proc/dcd-run");
        assumeTrue(Files.isDirectory(place.getParent()), "there is no /proc here");
        assertThat(train(small.data(), place)).isEqualTo(ExitCode.CHECKPOINT.code());
        assertThat(dcd.err()).contains("dcd train: cannot write in", "/proc").hasLineCount(1);
    }

    /** Unless the options say otherwise, the run goes on, on a cluster that there is not: who asks for it gets another code. */
    private int train(Path data, Path run, String... options) {
        List<String> arguments = new ArrayList<>(List.of(options));
        for (String usual : List.of("--data=" + data, "--run=" + run, "--master=nowhere")) {
            String name = usual.substring(0, usual.indexOf('=') + 1);
            if (Arrays.stream(options).noneMatch(option -> option.startsWith(name))) {
                arguments.add(usual);
            }
        }
        arguments.add("--set=training.limit-rounds=0");
        return dcd.run(SmallRun.TRAIN, arguments.toArray(String[]::new));
    }

    private static void delete(Path root, String file) throws IOException {
        Files.delete(root.resolve(file));
    }

    private static void cut(Path root, String file, int bytes) throws IOException {
        Files.write(root.resolve(file), Arrays.copyOf(Files.readAllBytes(root.resolve(file)), bytes));
    }

    /** Other bytes of the same length. */
    private static void overwrite(Path root, String file) throws IOException {
        Files.write(root.resolve(file), new byte[(int) Files.size(root.resolve(file))]);
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
