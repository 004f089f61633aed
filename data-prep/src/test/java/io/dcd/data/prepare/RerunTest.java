package io.dcd.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.dcd.data.DataException;
import io.dcd.data.PreparedData;
import io.dcd.data.Split;
import io.dcd.data.prepare.PrepareListener.Phase;
import io.dcd.data.testing.DrawnArchives;
import io.dcd.data.testing.DrawnImages;
import io.dcd.data.testing.LocalSpark;
import io.dcd.data.testing.Preparations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What happens when a preparation is run again: after its end, after an interruption, with other options. */
class RerunTest {
    private static JavaSparkContext spark;

    @TempDir
    private Path directory;

    private Path source;
    private Path output;

    @BeforeAll
    static void startSpark() {
        spark = LocalSpark.start(2);
    }

    @AfterAll
    static void stopSpark() {
        spark.close();
    }

    @BeforeEach
    void writeArchives() throws IOException {
        source = directory.resolve("source");
        output = directory.resolve("output");
        DrawnArchives.write(source, 5, 12, 4);
    }

    private PrepareOptions.Builder options() {
        return Preparations.options(source, output).withShardLimits(new ShardLimits(1 << 20, 5, 1 << 20, 10));
    }

    private static PreparedData prepare(PrepareOptions options) {
        return prepare(options, PrepareListener.NONE);
    }

    private static PreparedData prepare(PrepareOptions options, PrepareListener listener) {
        return new PrepareJob(spark, options, listener).run();
    }

    private Map<String, List<Byte>> undisturbed() throws IOException {
        Path elsewhere = directory.resolve("undisturbed");
        prepare(Preparations.options(source, elsewhere)
                .withShardLimits(options().build().shardLimits())
                .build());
        return Preparations.files(elsewhere);
    }

    @Test
    void finishedDataIsLeftAlone() throws IOException {
        PreparedData first = prepare(options().build());
        FileTime longAgo = FileTime.fromMillis(0);
        try (Stream<Path> files = Files.walk(output)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(file, longAgo);
            }
        }
        assertThat(prepare(options().build()).fingerprint()).isEqualTo(first.fingerprint());
        try (Stream<Path> files = Files.walk(output)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.getLastModifiedTime(file)).as(file.toString()).isEqualTo(longAgo);
            }
        }
    }

    @Test
    void otherOptionsAreRefusedByName() throws IOException {
        prepare(options().withSeed(1).build());
        Map<String, List<Byte>> before = Preparations.files(output);
        assertThatThrownBy(() -> prepare(options().withSeed(2).build()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("with another seed: 1, now it is 2");
        assertThat(Preparations.files(output)).isEqualTo(before);
    }

    @Test
    void anotherSourceIsRefusedByName() throws IOException {
        prepare(options().build());
        DrawnArchives.write(source, 5, 13, 4);
        assertThatThrownBy(() -> prepare(options().build()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("with another bytes of train images");
    }

    @Test
    void aLostShardIsWrittenAgain() throws IOException {
        prepare(options().build());
        Map<String, List<Byte>> before = Preparations.files(output);
        Files.delete(output.resolve("train/part-00002.parquet"));
        prepare(options().build());
        assertThat(Preparations.files(output)).isEqualTo(before);
    }

    @Test
    void aLostOrDamagedClassIndexIsPutBack() throws IOException {
        prepare(options().build());
        Map<String, List<Byte>> before = Preparations.files(output);
        Path classes = output.resolve("classes.json");
        Files.delete(classes);
        assertThatThrownBy(() -> PreparedData.open(new Configuration(), Preparations.path(output)))
                .isInstanceOf(DataException.class)
                .hasMessageEndingWith("classes.json is missing; run the same `dcd prep` again");
        prepare(options().build());
        assertThat(Preparations.files(output)).isEqualTo(before);

        byte[] damaged = Files.readAllBytes(classes);
        damaged[10] ^= 1;
        Files.write(classes, damaged);
        assertThatThrownBy(() -> PreparedData.open(new Configuration(), Preparations.path(output)))
                .isInstanceOf(DataException.class)
                .hasMessageEndingWith("differs from what the manifest states; run the same `dcd prep` again");
        prepare(options().build());
        assertThat(Preparations.files(output)).isEqualTo(before);
    }

    @Test
    void aDamagedQuarantineTableIsWrittenAgain() throws IOException {
        prepare(options().build());
        Map<String, List<Byte>> before = Preparations.files(output);
        Files.writeString(output.resolve("quarantine.jsonl"), "{}");
        prepare(options().build());
        assertThat(Preparations.files(output)).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(names = {"CHECK", "WRITE"})
    void anInterruptedPreparationGoesOnWhereItWas(Phase phase) throws IOException {
        PrepareListener dies = progress -> {
            if (progress.phase() == phase && progress.images() > 20) {
                throw new IllegalStateException("killed while " + phase);
            }
        };
        assertThatThrownBy(() -> prepare(options().build(), dies))
                .as("the fault fires")
                .hasStackTraceContaining("killed while " + phase);
        assertThatThrownBy(() -> PreparedData.open(new Configuration(), Preparations.path(output)))
                .as("readers refuse what is unfinished")
                .isInstanceOf(DataException.class)
                .hasMessageContaining("run `dcd prep");
        Map<String, List<Byte>> kept = Preparations.files(output.resolve("_staging/results"));
        assertThat(kept).as("results of the first run").isNotEmpty();
        assertThatThrownBy(() -> prepare(options().withSeed(5).build()))
                .hasMessageContaining("holds an unfinished preparation with another seed: 0, now it is 5");

        long[] images = new long[1];
        prepare(options().build(), progress -> images[0] = Math.max(images[0], progress.images()));
        assertThat(images[0]).isEqualTo(80);
        assertThat(Preparations.files(output)).isEqualTo(undisturbed());
    }

    @Test
    void whatHasBeenWrittenIsNotWrittenAgain() throws IOException {
        // The hashes may be unfinished when the shards are done.
        prepare(options().withSourceHashes(false).build());
        Map<String, List<Byte>> undisturbed = Preparations.files(output);
        output = directory.resolve("second");
        PrepareOptions options = options().withSourceHashes(false).build();
        PrepareListener dies = progress -> {
            if (progress.phase() == Phase.WRITE && progress.images() == progress.totalImages()) {
                throw new IllegalStateException("killed at the end");
            }
        };
        assertThatThrownBy(() -> prepare(options, dies)).hasStackTraceContaining("killed at the end");
        // Without its archives the source can no longer be read, so the rest must come from what is there.
        Path archive = source.resolve("ILSVRC2012_img_val.tar");
        FileTime modified = Files.getLastModifiedTime(archive);
        Files.write(archive, new byte[Math.toIntExact(Files.size(archive))]);
        Files.setLastModifiedTime(archive, modified);
        prepare(options);
        assertThat(Preparations.files(output)).isEqualTo(undisturbed);
    }

    @Test
    void whatAnEarlierRunHasDoneSurvivesABrokenSource() throws IOException {
        prepare(options().build());
        Map<String, List<Byte>> before = Preparations.files(output);
        Files.delete(output.resolve("train/part-00002.parquet"));
        Path archive = source.resolve("ILSVRC2012_img_val.tar");
        byte[] sound = Files.readAllBytes(archive);
        byte[] broken = sound.clone();
        Arrays.fill(broken, 0, 512, (byte) 1);
        FileTime modified = Files.getLastModifiedTime(archive);
        Files.write(archive, broken);
        Files.setLastModifiedTime(archive, modified);
        assertThatThrownBy(() -> prepare(options().build()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is no tar header");
        assertThat(output.resolve("train/part-00001.parquet")).exists();
        replace(archive, sound);
        prepare(options().build());
        Map<String, List<Byte>> after = Preparations.files(output);
        assertThat(after.remove("preparation.json"))
                .as("the note of the archive's time of change")
                .isNotEqualTo(before.remove("preparation.json"));
        assertThat(after).isEqualTo(before);
    }

    @Test
    void anArchiveReplacedByOneOfTheSameLengthIsRefusedByName() throws IOException {
        PreparedData first = prepare(options().build());
        Path archive = source.resolve("ILSVRC2012_img_val.tar");
        byte[] sound = Files.readAllBytes(archive);
        byte[] other = sound.clone();
        other[sound.length - 1500] ^= 1;
        replace(archive, other);
        assertThatThrownBy(() -> prepare(options().build()))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("ILSVRC2012_img_val.tar in ")
                .hasMessageContaining("has changed since");
        replace(archive, sound);
        assertThat(prepare(options().build()).fingerprint())
                .as("the same bytes fetched again are the same")
                .isEqualTo(first.fingerprint());
    }

    /** Puts other bytes into a file, an hour later by its clock. */
    private static void replace(Path file, byte[] bytes) throws IOException {
        FileTime modified = Files.getLastModifiedTime(file);
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, FileTime.fromMillis(modified.toMillis() + 3_600_000));
    }

    @Test
    void anImageReplacedInAFolderIsRefusedByTheFoldersName() throws IOException {
        writeFolders();
        prepare(options().withSplits(Set.of(Split.TRAIN)).build());
        Path image = source.resolve("train/b/2.JPEG");
        byte[] bytes = Files.readAllBytes(image);
        bytes[bytes.length - 10] ^= 1;
        replace(image, bytes);
        assertThatThrownBy(
                        () -> prepare(options().withSplits(Set.of(Split.TRAIN)).build()))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("train/b in ")
                .hasMessageContaining("has changed since");
    }

    @Test
    void anImageReplacedWhileUnfinishedIsLookedAtAgain() throws IOException {
        writeFolders();
        PrepareOptions options = options().withSplits(Set.of(Split.TRAIN)).build();
        PrepareListener dies = progress -> {
            if (progress.phase() == Phase.WRITE) {
                throw new IllegalStateException("killed while WRITE");
            }
        };
        assertThatThrownBy(() -> prepare(options, dies))
                .as("the fault fires")
                .hasStackTraceContaining("killed while WRITE");
        Path image = source.resolve("train/b/2.JPEG");
        replace(image, new byte[Math.toIntExact(Files.size(image))]);
        PreparedData prepared = prepare(options);
        assertThat(prepared.manifest().quarantine().reasons()).isEqualTo(Map.of("NOT_JPEG_OR_PNG", 1L));
        assertThat(Preparations.samples(prepared, Split.TRAIN)).hasSize(5);
    }

    private void writeFolders() throws IOException {
        source = directory.resolve("folders");
        for (String name : List.of("a", "b")) {
            Path folder = Files.createDirectories(source.resolve("train").resolve(name));
            for (int i = 0; i < 3; i++) {
                Files.write(folder.resolve(i + ".JPEG"), DrawnImages.jpeg(40 + i, 30, i));
            }
        }
    }

    @Test
    void aSecondPreparationOfTheSameOutputIsRefusedNamingTheHolder() throws IOException {
        AtomicReference<Throwable> second = new AtomicReference<>();
        PreparedData prepared = prepare(options().build(), progress -> {
            if (second.get() == null) {
                second.set(catchThrowable(() -> prepare(options().build())));
            }
        });
        assertThat(second.get())
                .isInstanceOf(DataException.class)
                .hasMessageContaining(
                        "is being written by process " + ProcessHandle.current().pid())
                .hasMessageEndingWith("wait for it, or give another --output");
        assertThat(prepared.split(Split.TRAIN).rows())
                .as("the first is not disturbed")
                .isEqualTo(60);
        assertThat(Preparations.files(output)).isEqualTo(undisturbed());
    }
}
