package io.dcd.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.data.Digests;
import io.dcd.data.Manifest;
import io.dcd.data.PreparedData;
import io.dcd.data.RowGroup;
import io.dcd.data.Sample;
import io.dcd.data.Split;
import io.dcd.data.shard.RowGroupReader;
import io.dcd.data.testing.LocalSpark;
import io.dcd.data.testing.Preparations;
import io.dcd.data.testing.SharedData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prepares the real archives that lie beside the repository and compares with their table of labels. */
class PrepareRealImagesTest {
    @TempDir
    Path directory;

    @Test
    void labelsAndCountsOfTheSmallIlsvrcAreRight() throws IOException {
        Path source = SharedData.folder("ilsvrc-mini");
        PreparedData prepared = prepare(source, Set.of(Split.values()), directory.resolve("prepared"));

        Map<String, Integer> expectedLabels = new HashMap<>();
        Map<String, Integer> labelOfId = new HashMap<>();
        for (String line : Files.readAllLines(source.resolve("labels.tsv"))) {
            String[] fields = line.split("\t");
            expectedLabels.put(fields[0], Integer.valueOf(fields[1]));
            labelOfId.put(fields[2], Integer.valueOf(fields[1]));
            assertThat(prepared.classIndex().ofWnid(fields[0]).label()).isEqualTo(Integer.valueOf(fields[1]));
            assertThat(prepared.classIndex().ofWnid(fields[0]).words()).isEqualTo(fields[3]);
        }
        assertThat(prepared.classIndex().size()).isEqualTo(expectedLabels.size());
        assertThat(prepared.manifest().quarantine().images()).isZero();

        PreparedData.SplitData training = prepared.split(Split.TRAIN);
        assertThat(training.rows()).isEqualTo(50_000);
        Map<String, String> hashes = new HashMap<>();
        long row = 0;
        for (RowGroup rowGroup : training.rowGroups()) {
            try (RowGroupReader reader = RowGroupReader.open(new Configuration(), prepared.directory(), rowGroup)) {
                while (reader.hasNext()) {
                    Sample sample = reader.next();
                    assertThat(sample.row()).isEqualTo(row++);
                    String wnid = sample.name().substring(0, sample.name().indexOf('_'));
                    assertThat(sample.label()).as(sample.name()).isEqualTo(expectedLabels.get(wnid));
                    assertThat(hashes.put(sample.name(), Digests.sha256(sample.image())))
                            .as("seen once")
                            .isNull();
                }
            }
        }
        assertThat(row).isEqualTo(50_000);

        PreparedData.SplitData validation = prepared.split(Split.VALIDATION);
        assertThat(validation.rows()).isEqualTo(5_000);
        List<String> groundTruth = groundTruth(source);
        for (RowGroup rowGroup : validation.rowGroups()) {
            try (RowGroupReader reader = RowGroupReader.open(new Configuration(), prepared.directory(), rowGroup)) {
                while (reader.hasNext()) {
                    Sample sample = reader.next();
                    int number = Integer.parseInt(sample.name().replaceAll("\\D*2012_val_(\\d+)\\.JPEG", "$1"));
                    assertThat(sample.label()).as(sample.name()).isEqualTo(labelOfId.get(groundTruth.get(number - 1)));
                }
            }
        }
    }

    @Test
    void fullSizePhotographsKeepTheirBytes() {
        Path source = SharedData.folder("ilsvrc-fullsize");
        PreparedData prepared = prepare(source, Set.of(Split.TRAIN), directory.resolve("prepared"));
        Manifest.SplitContent training = prepared.manifest().splits().get(0);
        assertThat(training.classCounts()).hasSize(300).allMatch(count -> count == 1);
        assertThat(training.recoded()).isZero();
        for (Sample sample : Preparations.samples(prepared, Split.TRAIN)) {
            assertThat(sample.name())
                    .startsWith(prepared.classIndex().ofLabel(sample.label()).wnid());
        }
    }

    /** The lines of the ground truth, found in the unpacked development kit without the code under test. */
    private static List<String> groundTruth(Path source) throws IOException {
        try (InputStream in =
                new GZIPInputStream(Files.newInputStream(source.resolve("ILSVRC2012_devkit_t12.tar.gz")))) {
            String tar = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            int header = tar.indexOf("ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt");
            assertThat(header).isPositive();
            return tar.substring(header + 512).lines().limit(5_000).toList();
        }
    }

    private static PreparedData prepare(Path source, Set<Split> splits, Path output) {
        try (JavaSparkContext spark = LocalSpark.start(2)) {
            PrepareOptions options = PrepareOptions.builder(
                            new org.apache.hadoop.fs.Path(source.toUri()),
                            new org.apache.hadoop.fs.Path(output.toUri()))
                    .withSplits(splits)
                    .build();
            return new PrepareJob(spark, options, PrepareListener.NONE).run();
        }
    }
}
