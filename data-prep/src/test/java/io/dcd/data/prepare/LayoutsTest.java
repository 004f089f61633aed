package io.dcd.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.data.DataException;
import io.dcd.data.Manifest;
import io.dcd.data.PreparedData;
import io.dcd.data.Sample;
import io.dcd.data.Split;
import io.dcd.data.source.OfficialArchives;
import io.dcd.data.testing.DrawnArchives;
import io.dcd.data.testing.LocalSpark;
import io.dcd.data.testing.Preparations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same images in another layout become the same shards, byte for byte. */
class LayoutsTest {
    private static final int CLASSES = 4;

    private static JavaSparkContext spark;

    @TempDir
    private Path directory;

    private Path archives;
    private PreparedData expected;

    @BeforeAll
    static void startSpark() {
        spark = LocalSpark.start(2);
    }

    @AfterAll
    static void stopSpark() {
        spark.close();
    }

    @BeforeEach
    void prepareArchives() throws IOException {
        archives = directory.resolve("archives");
        DrawnArchives.write(archives, CLASSES, 5, 3);
        expected = prepare(archives, "from-archives");
    }

    private PreparedData prepare(Path source, String output) {
        PrepareOptions options =
                Preparations.options(source, directory.resolve(output)).build();
        return new PrepareJob(spark, options, PrepareListener.NONE).run();
    }

    private static List<String> hashes(PreparedData prepared) {
        return prepared.manifest().splits().stream()
                .flatMap(split -> split.shards().stream())
                .map(Manifest.Shard::sha256)
                .toList();
    }

    /** Writes the prepared images out as files. */
    private Path unpack(boolean tiny, boolean flatValidation) throws IOException {
        Path folder = directory.resolve("unpacked");
        for (Sample sample : Preparations.samples(expected, Split.TRAIN)) {
            Path target = folder.resolve("train").resolve(wnid(sample));
            write(tiny ? target.resolve("images") : target, sample);
        }
        for (Sample sample : Preparations.samples(expected, Split.VALIDATION)) {
            Path target = folder.resolve("val");
            write(tiny ? target.resolve("images") : flatValidation ? target : target.resolve(wnid(sample)), sample);
        }
        return folder;
    }

    private String wnid(Sample sample) {
        return expected.classIndex().ofLabel(sample.label()).wnid();
    }

    private static void write(Path folder, Sample sample) throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve(sample.name()), sample.image());
    }

    @Test
    void foldersOfClasses() throws IOException {
        PreparedData prepared = prepare(unpack(false, false), "output");
        assertThat(prepared.manifest().layout()).isEqualTo("folders");
        assertThat(hashes(prepared)).isEqualTo(hashes(expected));
    }

    @Test
    void aFlatValidationFolderWithTheDevelopmentKit() throws IOException {
        Path unpacked = unpack(false, true);
        assertThatThrownBy(() -> prepare(unpacked, "output"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("whose labels only ILSVRC2012_devkit_t12.tar.gz knows");
        Files.copy(
                archives.resolve(OfficialArchives.DEVELOPMENT_KIT), unpacked.resolve(OfficialArchives.DEVELOPMENT_KIT));
        PreparedData prepared = prepare(unpacked, "output");
        assertThat(hashes(prepared)).isEqualTo(hashes(expected));
        assertThat(prepared.classIndex().classes())
                .isEqualTo(expected.classIndex().classes());
    }

    @Test
    void plainTablesInPlaceOfTheDevelopmentKit() throws IOException {
        StringBuilder classes = new StringBuilder();
        expected.classIndex().classes().forEach(each -> classes.append(each.wnid())
                .append('\t')
                .append(each.words())
                .append('\n'));
        Files.delete(archives.resolve(OfficialArchives.DEVELOPMENT_KIT));
        Files.writeString(archives.resolve("classes.tsv"), classes);
        assertThatThrownBy(() -> prepare(archives, "output"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("validation.tsv is missing in ");
        StringBuilder labels = new StringBuilder();
        for (Sample sample : Preparations.samples(expected, Split.VALIDATION)) {
            labels.append(sample.name()).append('\t').append(wnid(sample)).append('\n');
        }
        Files.writeString(archives.resolve("validation.tsv"), labels);
        PreparedData prepared = prepare(archives, "output");
        assertThat(hashes(prepared)).isEqualTo(hashes(expected));
        assertThat(prepared.classIndex().classes())
                .isEqualTo(expected.classIndex().classes());
    }

    @Test
    void tinyImageNet() throws IOException {
        Path unpacked = unpack(true, true);
        StringBuilder annotations = new StringBuilder();
        for (Sample sample : Preparations.samples(expected, Split.VALIDATION)) {
            annotations.append(sample.name()).append('\t').append(wnid(sample)).append("\t0\t0\t62\t62\n");
        }
        Files.writeString(unpacked.resolve("val/val_annotations.txt"), annotations);
        StringBuilder words = new StringBuilder("n99999999\tsomething else\n");
        expected.classIndex().classes().forEach(each -> words.append(each.wnid())
                .append('\t')
                .append(each.words())
                .append('\n'));
        Files.writeString(unpacked.resolve("words.txt"), words);

        PreparedData prepared = prepare(unpacked, "output");
        assertThat(prepared.manifest().layout()).isEqualTo("tiny-imagenet");
        assertThat(hashes(prepared)).isEqualTo(hashes(expected));
        assertThat(prepared.classIndex().classes())
                .isEqualTo(expected.classIndex().classes());

        Files.writeString(unpacked.resolve("val/val_annotations.txt"), "other.JPEG\tn00000001\n");
        assertThatThrownBy(() -> prepare(unpacked, "other"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("val/val_annotations.txt has no label for the validation image");
    }

    @Test
    void aMissingFolderIsNamed() throws IOException {
        Path unpacked = unpack(false, false);
        Files.move(unpacked.resolve("val"), directory.resolve("elsewhere"));
        assertThatThrownBy(() -> prepare(unpacked, "output"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("the folder val is missing in ")
                .hasMessageContaining("--splits train");
        PrepareOptions options = Preparations.options(unpacked, directory.resolve("output"))
                .withSplits(Set.of(Split.TRAIN))
                .build();
        assertThat(new PrepareJob(spark, options, PrepareListener.NONE)
                        .run()
                        .split(Split.TRAIN)
                        .rows())
                .isEqualTo(5 * CLASSES);
    }

    @Test
    void whatIsNoLayoutIsDescribed() throws IOException {
        Path folder = Files.createDirectories(directory.resolve("nothing"));
        assertThatThrownBy(() -> prepare(folder, "output"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is empty; expected one of: the archives");
        Files.writeString(folder.resolve("thesis.txt"), "");
        assertThatThrownBy(() -> prepare(folder, "output")).hasMessageContaining("holds thesis.txt; expected one of");
        assertThatThrownBy(() -> prepare(directory.resolve("absent"), "output"))
                .hasMessageContaining("does not exist; expected one of");
    }
}
