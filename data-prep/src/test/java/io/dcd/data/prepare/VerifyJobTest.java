package io.dcd.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.data.DataException;
import io.dcd.data.PreparedData;
import io.dcd.data.RowGroup;
import io.dcd.data.Split;
import io.dcd.data.image.ImageDecoder;
import io.dcd.data.shard.RowGroupReader;
import io.dcd.data.testing.DrawnArchives;
import io.dcd.data.testing.LocalSpark;
import io.dcd.data.testing.Preparations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage to prepared data is found and named, by verifying and by reading. */
class VerifyJobTest {
    private static final String SHARD = "train/part-00001.parquet";

    private static JavaSparkContext spark;

    @TempDir
    private Path directory;

    private Path output;
    private PreparedData prepared;

    @BeforeAll
    static void startSpark() {
        spark = LocalSpark.start(2);
    }

    @AfterAll
    static void stopSpark() {
        spark.close();
    }

    @BeforeEach
    void prepare() throws IOException {
        output = directory.resolve("output");
        DrawnArchives.write(directory.resolve("source"), 4, 10, 3);
        PrepareOptions options = Preparations.options(directory.resolve("source"), output)
                .withShardLimits(new ShardLimits(1 << 20, 5, 1 << 20, 10))
                .build();
        prepared = new PrepareJob(spark, options, PrepareListener.NONE).run();
    }

    private List<String> problems() {
        return new VerifyJob(spark, prepared, PrepareListener.NONE).run().problems();
    }

    @Test
    void soundDataIsSound() {
        VerifyJob.Report report = new VerifyJob(spark, prepared, PrepareListener.NONE).run();
        assertThat(report.problems()).isEmpty();
        assertThat(report.sound()).isTrue();
        assertThat(report.images()).isEqualTo(52);
        assertThat(report.shards()).isEqualTo(6);
    }

    @Test
    void everyFlippedByteIsFound() throws IOException {
        byte[] sound = Files.readAllBytes(output.resolve(SHARD));
        for (int place = 0; place < sound.length; place += sound.length / 10) {
            byte[] damaged = sound.clone();
            damaged[place] ^= 1;
            Files.write(output.resolve(SHARD), damaged);
            assertThat(problems()).singleElement().asString().startsWith(SHARD + " is damaged: its SHA-256 is ");
        }
    }

    @Test
    void aFlippedByteInAnImageFailsTheReaderToo() throws IOException {
        byte[] damaged = Files.readAllBytes(output.resolve(SHARD));
        damaged[damaged.length / 4] ^= 1;
        Files.write(output.resolve(SHARD), damaged);
        assertThatThrownBy(this::readAll)
                .isInstanceOf(DataException.class)
                .hasMessageContaining(SHARD)
                .hasMessageContaining("dcd verify");
    }

    @Test
    void truncatedEmptyAndMissingShardsAreNamed() throws IOException {
        Path shard = output.resolve(SHARD);
        byte[] sound = Files.readAllBytes(shard);
        for (int length : new int[] {sound.length - 1, sound.length / 2, 0}) {
            Files.write(shard, Arrays.copyOf(sound, length));
            assertThat(problems()).singleElement().asString().startsWith(SHARD + " is damaged");
            assertThatThrownBy(this::readAll).isInstanceOf(DataException.class).hasMessageContaining(SHARD);
        }
        Files.delete(shard);
        assertThat(problems()).containsExactly(SHARD + " is missing");
        assertThatThrownBy(this::readAll).isInstanceOf(DataException.class).hasMessageContaining(SHARD + " is missing");
    }

    @Test
    void aShardOfOtherDataIsFoundByItsReader() throws IOException {
        Files.copy(
                output.resolve("validation/part-00000.parquet"),
                output.resolve(SHARD),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(this::readAll)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("rows, the manifest says");
    }

    @Test
    void strayFilesAndDamagedTablesAreNamed() throws IOException {
        Files.writeString(output.resolve("train/part-00099.parquet"), "stray");
        Files.writeString(output.resolve("quarantine.jsonl"), "{}");
        assertThat(problems())
                .containsExactly(
                        "quarantine.jsonl is damaged: its SHA-256 is not the manifest's",
                        "train/part-00099.parquet does not belong to the prepared data");
    }

    @Test
    void aDamagedManifestIsRefused() throws IOException {
        Path manifest = output.resolve("manifest.json");
        String sound = Files.readString(manifest);
        for (String damaged : List.of(
                "",
                "{}",
                sound.substring(0, sound.length() / 2),
                sound.replace("\"version\" : 1", "\"version\" : 2"))) {
            Files.writeString(manifest, damaged);
            assertThatThrownBy(() -> PreparedData.open(new Configuration(), Preparations.path(output)))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("manifest.json");
        }
    }

    @Test
    void theSizesAreCounted() {
        InspectJob inspect = new InspectJob(spark, prepared);
        assertThat(inspect.shorterSides(Split.VALIDATION).get(0)).isEqualTo(new InspectJob.Bar(64, 12));
        assertThat(inspect.shorterSides(Split.TRAIN).stream().mapToLong(InspectJob.Bar::images))
                .hasSize(7);
    }

    @Test
    void theContactSheetHasARowForEachClass() {
        byte[] png = new InspectJob(spark, prepared).contactSheet(Split.TRAIN, 10, 3);
        try (ImageDecoder decoder = new ImageDecoder()) {
            decoder.decode(png);
            assertThat(decoder.height())
                    .as("four classes of 100 pixels and a gap")
                    .isEqualTo(404);
            assertThat(decoder.width()).isEqualTo(280 + 300 + 4);
        }
    }

    private void readAll() {
        for (RowGroup rowGroup : prepared.split(Split.TRAIN).rowGroups()) {
            try (RowGroupReader reader = RowGroupReader.open(new Configuration(), prepared.directory(), rowGroup)) {
                reader.forEachRemaining(sample -> assertThat(sample.image()).isNotEmpty());
            }
        }
    }
}
