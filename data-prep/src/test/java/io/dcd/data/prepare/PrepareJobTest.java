package io.dcd.data.prepare;

import static io.dcd.data.testing.Preparations.samples;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.data.DataException;
import io.dcd.data.Manifest;
import io.dcd.data.PreparedData;
import io.dcd.data.Sample;
import io.dcd.data.Split;
import io.dcd.data.image.ImageDecoder;
import io.dcd.data.source.OfficialArchives;
import io.dcd.data.testing.DrawnArchives;
import io.dcd.data.testing.LocalSpark;
import io.dcd.data.testing.Preparations;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FsStatus;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrepareJobTest {
    private static final int CLASSES = 5;
    private static final int TRAINING_PER_CLASS = 13;
    private static final int VALIDATION_PER_CLASS = 4;

    private static JavaSparkContext spark;

    @TempDir
    Path directory;

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
        DrawnArchives.write(source, CLASSES, TRAINING_PER_CLASS, VALIDATION_PER_CLASS);
    }

    private PrepareOptions.Builder options() {
        return Preparations.options(source, output);
    }

    private static PreparedData prepare(PrepareOptions options) {
        return new PrepareJob(spark, options, PrepareListener.NONE).run();
    }

    @Test
    void everyImageArrivesOnceWithItsLabel() {
        PreparedData prepared = prepare(options().build());
        List<Sample> training = samples(prepared, Split.TRAIN);
        assertThat(training).hasSize(CLASSES * TRAINING_PER_CLASS);
        assertThat(training.stream().map(Sample::name).distinct()).hasSameSizeAs(training);
        for (Sample sample : training) {
            assertThat(sample.name())
                    .startsWith(prepared.classIndex().ofLabel(sample.label()).wnid() + "_");
        }
        assertThat(training.stream().mapToLong(Sample::row))
                .containsExactlyElementsOf(
                        () -> LongStream.range(0, training.size()).iterator());
    }

    @Test
    void validationLabelsAreRightThoughTheArchiveIsShuffled() {
        List<Sample> validation = samples(prepare(options().build()), Split.VALIDATION);
        assertThat(validation).hasSize(CLASSES * VALIDATION_PER_CLASS);
        try (ImageDecoder decoder = new ImageDecoder()) {
            for (Sample sample : validation) {
                decoder.decode(sample.image());
                assertThat(decoder.width()).as(sample.name()).isEqualTo(50 + sample.label());
            }
        }
    }

    @Test
    void originalBytesAreKept() {
        List<Sample> validation = samples(prepare(options().build()), Split.VALIDATION);
        for (int label = 0; label < CLASSES; label++) {
            int wanted = label;
            byte[] original = DrawnArchives.validationImage(label, 2);
            assertThat(validation.stream()
                            .filter(sample -> sample.label() == wanted)
                            .map(Sample::image))
                    .anyMatch(image -> Arrays.equals(image, original));
        }
    }

    @Test
    void theManifestStatesWhatThereIs() throws IOException {
        PreparedData prepared = prepare(options().withSeed(42).build());
        Manifest manifest = prepared.manifest();
        assertThat(manifest.layout()).isEqualTo("archives");
        assertThat(manifest.preparation()).containsEntry("seed", "42");
        assertThat(manifest.sources()).extracting(Manifest.Source::name).hasSize(3);
        assertThat(manifest.sources()).allMatch(each -> each.official().equals("no"));
        assertThat(manifest.quarantine().images()).isZero();
        for (Manifest.SplitContent split : manifest.splits()) {
            int each = split.split() == Split.TRAIN ? TRAINING_PER_CLASS : VALIDATION_PER_CLASS;
            assertThat(split.classCounts()).hasSize(CLASSES).allMatch(count -> count == each);
            for (Manifest.Shard shard : split.shards()) {
                byte[] bytes = Files.readAllBytes(output.resolve(shard.path()));
                assertThat((long) bytes.length).isEqualTo(shard.bytes());
                assertThat(io.dcd.data.Digests.sha256(bytes)).isEqualTo(shard.sha256());
            }
        }
        try (Stream<Path> files = Files.walk(output)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> output.relativize(file).toString()))
                    .as("no stray files")
                    .containsExactlyInAnyOrder(
                            "manifest.json",
                            "classes.json",
                            "quarantine.jsonl",
                            "preparation.json",
                            "train/part-00000.parquet",
                            "validation/part-00000.parquet");
        }
    }

    @Test
    void shardsAndRowGroupsAreEqualWithinOneRowAndBounded() {
        PreparedData prepared = prepare(options()
                .withShardLimits(new ShardLimits(1 << 20, 3, 1 << 20, 10))
                .build());
        Manifest.SplitContent training = prepared.manifest().splits().get(0);
        assertThat(training.shards()).extracting(Manifest.Shard::rows).allMatch(rows -> rows >= 9 && rows <= 10);
        List<Integer> rowGroups = training.shards().stream()
                .flatMap(shard -> shard.rowGroups().stream())
                .toList();
        assertThat(rowGroups).allMatch(rows -> rows >= 2 && rows <= 3);
        assertThat(samples(prepared, Split.TRAIN)).hasSize(CLASSES * TRAINING_PER_CLASS);
    }

    @Test
    void theShuffleMixesClassesAndDependsOnTheSeed() {
        List<String> first = samples(prepare(options().withSeed(1).build()), Split.TRAIN).stream()
                .map(Sample::name)
                .toList();
        output = directory.resolve("second");
        List<String> second = samples(prepare(options().withSeed(2).build()), Split.TRAIN).stream()
                .map(Sample::name)
                .toList();
        assertThat(first).isNotEqualTo(second).containsExactlyInAnyOrderElementsOf(second);
        assertThat(first).isNotEqualTo(first.stream().sorted().toList());
    }

    @Test
    void theResultDoesNotDependOnTheRun() {
        String first = prepare(options().build()).fingerprint();
        output = directory.resolve("second");
        assertThat(prepare(options().build()).fingerprint()).isEqualTo(first);
    }

    @Test
    void oneSplitCanBePreparedAlone() throws IOException {
        Files.delete(source.resolve(OfficialArchives.VALIDATION));
        Files.delete(source.resolve(OfficialArchives.DEVELOPMENT_KIT));
        PreparedData prepared =
                prepare(options().withSplits(Set.of(Split.TRAIN)).build());
        assertThat(prepared.split(Split.TRAIN).rows()).isEqualTo(CLASSES * TRAINING_PER_CLASS);
        assertThatThrownBy(() -> prepared.split(Split.VALIDATION)).hasMessageContaining("holds no validation images");
    }

    @Test
    void aMissingArchiveIsNamed() throws IOException {
        for (String name :
                List.of(OfficialArchives.TRAINING, OfficialArchives.VALIDATION, OfficialArchives.DEVELOPMENT_KIT)) {
            Path archive = source.resolve(name);
            byte[] content = Files.readAllBytes(archive);
            Files.delete(archive);
            assertRefused(name + " is missing in ");
            Files.write(archive, content);
        }
    }

    @Test
    void aTruncatedArchiveIsNamed() throws IOException {
        for (String name :
                List.of(OfficialArchives.TRAINING, OfficialArchives.VALIDATION, OfficialArchives.DEVELOPMENT_KIT)) {
            Path archive = source.resolve(name);
            byte[] content = Files.readAllBytes(archive);
            Files.write(archive, Arrays.copyOf(content, content.length / 2));
            assertRefused(name);
            Files.write(archive, content);
        }
    }

    @Test
    void anArchiveWithoutItsEndIsTruncated() throws IOException {
        Path archive = source.resolve(OfficialArchives.VALIDATION);
        byte[] content = Files.readAllBytes(archive);
        Files.write(archive, Arrays.copyOf(content, content.length - 1024));
        assertRefused("ILSVRC2012_img_val.tar is truncated: 'the end-of-archive mark'");
    }

    @Test
    void aDirectoryThatHoldsSomethingElseIsLeftAlone() throws IOException {
        Files.createDirectories(output);
        Files.writeString(output.resolve("thesis.txt"), "precious");
        assertThatThrownBy(() -> prepare(options().build()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("already holds something else (thesis.txt)");
        assertThat(output.toFile().list()).containsExactly("thesis.txt");
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> prepare(options().build()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
        assertThat(output).as("nothing half-written").doesNotExist();
    }

    @Test
    void anOutputWithoutRoomIsRefusedBeforeAnythingIsRead() {
        spark.hadoopConfiguration().set("fs." + CrampedFileSystem.SCHEME + ".impl", CrampedFileSystem.class.getName());
        PrepareOptions.Builder cramped = PrepareOptions.builder(
                Preparations.path(source), new org.apache.hadoop.fs.Path(CrampedFileSystem.SCHEME + "://" + output));
        assertThatThrownBy(() -> prepare(cramped.build()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("has room for 1000 B, but the shards will take about ")
                .hasMessageEndingWith("or give another --output");
        assertThat(output).doesNotExist();
        assertThat(prepare(cramped.withRecoding(new Recoding(16, 90)).build())
                        .split(Split.TRAIN)
                        .rows())
                .as("how much smaller images will take is not known before")
                .isEqualTo(CLASSES * TRAINING_PER_CLASS);
    }

    /** The local file system with room for a thousand bytes, if it is to be believed. */
    public static final class CrampedFileSystem extends RawLocalFileSystem {
        static final String SCHEME = "cramped";

        @Override
        public URI getUri() {
            return URI.create(SCHEME + ":///");
        }

        @Override
        public String getScheme() {
            return SCHEME;
        }

        @Override
        public FsStatus getStatus(org.apache.hadoop.fs.Path path) {
            return new FsStatus(2000, 1000, 1000);
        }
    }
}
