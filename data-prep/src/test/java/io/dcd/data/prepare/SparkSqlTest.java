package io.dcd.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.data.PreparedData;
import io.dcd.data.Split;
import io.dcd.data.testing.DrawnArchives;
import io.dcd.data.testing.LocalSpark;
import io.dcd.data.testing.Preparations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the module's README: shards are plain Parquet. */
class SparkSqlTest {
    @TempDir
    private Path directory;

    @Test
    void plainSqlReadsTheShards() throws IOException {
        DrawnArchives.write(directory.resolve("source"), 3, 8, 2);
        Path output = directory.resolve("prepared");
        try (JavaSparkContext context = LocalSpark.start(2)) {
            PrepareOptions options = Preparations.options(directory.resolve("source"), output)
                    .withShardLimits(new ShardLimits(1 << 20, 4, 1 << 20, 9))
                    .build();
            PreparedData prepared = new PrepareJob(context, options, PrepareListener.NONE).run();
            SparkSession spark =
                    SparkSession.builder().sparkContext(context.sc()).getOrCreate();
            spark.read().parquet(output + "/train").createOrReplaceTempView("train");
            List<Row> counts = spark.sql("SELECT wnid, count(*) FROM train GROUP BY wnid ORDER BY wnid")
                    .collectAsList();
            assertThat(counts)
                    .extracting(row -> row.getString(0), row -> row.getLong(1))
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("n00000001", 8L),
                            org.assertj.core.groups.Tuple.tuple("n00000002", 8L),
                            org.assertj.core.groups.Tuple.tuple("n00000003", 8L));
            Row first = spark.sql(
                            "SELECT name, label, sha2(image, 256) = lower(hex(sha256)), original, width > 0 AND height > 0 "
                                    + "FROM train WHERE name = 'n00000002_3.JPEG'")
                    .first();
            assertThat(first.getString(0)).isEqualTo("n00000002_3.JPEG");
            assertThat(first.getInt(1)).isEqualTo(1);
            assertThat(first.getBoolean(2)).as("the hash is that of the image").isTrue();
            assertThat(first.getBoolean(3)).isTrue();
            assertThat(first.getBoolean(4)).isTrue();
            assertThat(spark.read().json(output + "/quarantine.jsonl").count()).isZero();
            assertThat(prepared.split(Split.TRAIN).rows()).isEqualTo(24);
        }
    }
}
