package io.dcd.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.data.DataException;
import io.dcd.data.PreparedData;
import io.dcd.data.prepare.PrepareListener.Phase;
import io.dcd.data.testing.DrawnArchives;
import io.dcd.data.testing.LocalSpark;
import io.dcd.data.testing.Preparations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
        prepare(options().build(), progress -> images[0] = progress.images());
        assertThat(images[0]).isEqualTo(80);
        assertThat(Preparations.files(output)).isEqualTo(undisturbed());
    }

    @Test
    void whatHasBeenWrittenIsNotWrittenAgain() throws IOException {
        PrepareListener dies = progress -> {
            if (progress.phase() == Phase.WRITE && progress.images() == progress.totalImages()) {
                throw new IllegalStateException("killed at the end");
            }
        };
        assertThatThrownBy(() -> prepare(options().build(), dies)).hasStackTraceContaining("killed at the end");
        // Without its archives the source can no longer be read, so the rest must come from what is there.
        PrepareOptions options = options().build();
        Path archive = source.resolve("ILSVRC2012_img_val.tar");
        byte[] content = Files.readAllBytes(archive);
        FileTime modified = Files.getLastModifiedTime(archive);
        Files.write(archive, new byte[content.length]);
        Files.setLastModifiedTime(archive, modified);
        prepare(options);
        Files.write(archive, content);
        assertThat(Preparations.files(output)).isEqualTo(undisturbed());
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
        Files.write(archive, broken);
        assertThatThrownBy(() -> prepare(options().build()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is no tar header");
        assertThat(output.resolve("train/part-00001.parquet")).exists();
        Files.write(archive, sound);
        prepare(options().build());
        assertThat(Preparations.files(output)).isEqualTo(before);
    }
}
