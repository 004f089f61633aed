package io.dcd.cli;

import io.dcd.data.PreparedData;
import io.dcd.data.Split;
import io.dcd.data.image.ImageLimits;
import io.dcd.data.prepare.PixelCheck;
import io.dcd.data.prepare.PrepareJob;
import io.dcd.data.prepare.PrepareOptions;
import io.dcd.data.prepare.Recoding;
import io.dcd.data.prepare.ShardLimits;
import io.dcd.data.source.SourceLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dcd prep}: turns image archives into Parquet shards. */
@Command(
        name = "prep",
        description = {
            "Prepares image archives for training: Parquet shards of original bytes, shuffled, checked and hashed.",
            "",
            "The source is a directory on any file system that Hadoop knows, in one of these layouts:",
            "",
            "  archives       what image-net.org publishes, read in place, never unpacked:",
            "                 ILSVRC2012_img_train.tar, ILSVRC2012_img_val.tar,",
            "                 ILSVRC2012_devkit_t12.tar.gz",
            "  folders        train/<class>/ and val/<class>/, or a flat val/ with",
            "                 ILSVRC2012_devkit_t12.tar.gz",
            "  tiny-imagenet  train/<wnid>/images/, val/images/, val/val_annotations.txt",
            "",
            "In place of the development kit, classes.tsv (wnid, words) and validation.tsv (file name, wnid) will do, tab-separated.",
            "",
            "What is no sound JPEG or PNG is left out and listed in quarantine.jsonl with the reason. The result depends on the source "
                    + "and the options alone, bit for bit. It counts once its manifest.json is there; a preparation that was stopped is "
                    + "continued by the same command, one that is finished is left as it is."
        })
final class PrepCommand implements Callable<Integer> {
    private static final int MEBI = 1 << 20;
    /** An image is held in one array. */
    private static final int MAXIMUM_IMAGE_MEBIBYTES = Integer.MAX_VALUE / MEBI;

    private static final String AUTO = "auto";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--source",
            required = true,
            paramLabel = "DIR",
            description = "Directory that holds the archives or folders.")
    private String source;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "Directory to prepare: new, empty, or what the same command has left, finished or not.")
    private String output;

    @Option(
            names = "--layout",
            paramLabel = "LAYOUT",
            defaultValue = AUTO,
            completionCandidates = Layouts.class,
            description = "Layout of the source: ${COMPLETION-CANDIDATES}. auto recognises it and says what it found.")
    private String layout;

    @Option(
            names = "--splits",
            split = ",",
            paramLabel = "SPLIT",
            defaultValue = "train,validation",
            description = "Which of train and validation to prepare.")
    private Set<Split> splits = new LinkedHashSet<>();

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "Seed of the shuffle.")
    private long seed;

    @Option(
            names = "--check",
            paramLabel = "CHECK",
            defaultValue = "decode",
            description =
                    "How closely to look at each image. decode: decode it once, so that none can fail in training; structure: "
                            + "follow its structure from the header to the end marker, several times as fast.")
    private PixelCheck check;

    @Option(
            names = "--no-source-hashes",
            description =
                    "Do not compute the MD5 of the source files, which takes reading them once more; whether they are the official ones is then unknown.")
    private boolean noSourceHashes;

    @Option(
            names = "--resize",
            paramLabel = "PIXELS",
            defaultValue = "0",
            description =
                    "Shrink larger images until their shorter side has so many pixels, by area averaging, and encode them anew; "
                            + "256 makes ImageNet a quarter as large. 0 keeps the original bytes.")
    private int resize;

    @Option(
            names = "--jpeg-quality",
            paramLabel = "N",
            defaultValue = "90",
            description =
                    "Quality of images encoded anew: the resized ones, and the odd ones (CMYK, PNG) that become RGB JPEG.")
    private int jpegQuality;

    @Option(
            names = "--max-quarantined",
            paramLabel = "IMAGES",
            defaultValue = "10000",
            description = "Fail if more images would be left out.")
    private long maximumQuarantined;

    @Option(
            names = "--max-image-mebibytes",
            paramLabel = "N",
            defaultValue = "64",
            description = "Larger files go to quarantine; 2047 at most.")
    private int maximumImageMebibytes;

    @Option(
            names = "--max-image-megapixels",
            paramLabel = "N",
            defaultValue = "100",
            description = "Images that claim more pixels go to quarantine.")
    private int maximumImageMegapixels;

    @Option(
            names = "--row-group-mebibytes",
            paramLabel = "N",
            defaultValue = "16",
            description = "Mean size of a row group at most.")
    private int rowGroupMebibytes;

    @Option(
            names = "--row-group-rows",
            paramLabel = "N",
            defaultValue = "512",
            description = "Images in a row group at most.")
    private int rowGroupRows;

    @Option(
            names = "--shard-mebibytes",
            paramLabel = "N",
            defaultValue = "120",
            description = "Mean size of a shard at most.")
    private int shardMebibytes;

    @Option(names = "--shard-rows", paramLabel = "N", defaultValue = "8192", description = "Images in a shard at most.")
    private int shardRows;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Mixin
    private SparkOptions sparkOptions;

    @Override
    public Integer call() {
        PrepareOptions options = options();
        try (SparkSession spark = sparkOptions.start("dcd prep " + source)) {
            PreparedData prepared = prepare(JavaSparkContext.fromSparkContext(spark.sparkContext()), options);
            DataReport report = DataReport.of(prepared, split -> List.of());
            if (json) {
                Json.print(spec, report);
            } else {
                report.print(spec.commandLine().getOut());
            }
        }
        return ExitCode.DONE.code();
    }

    private PreparedData prepare(JavaSparkContext spark, PrepareOptions options) {
        try (DataProgress progress = new DataProgress(spec.commandLine().getErr())) {
            return new PrepareJob(spark, options, progress).run();
        }
    }

    private PrepareOptions options() {
        try {
            PrepareOptions.Builder builder = PrepareOptions.builder(path(source), path(output));
            if (!layout.equals(AUTO)) {
                builder.withLayout(layout(layout));
            }
            return builder.withSplits(splits)
                    .withSeed(seed)
                    .withPixelCheck(check)
                    .withSourceHashes(!noSourceHashes)
                    .withRecoding(new Recoding(resize, jpegQuality))
                    .withMaximumQuarantined(maximumQuarantined)
                    .withImageLimits(new ImageLimits(imageBytes(), maximumImageMegapixels * 1_000_000L))
                    .withShardLimits(new ShardLimits(
                            (long) rowGroupMebibytes * MEBI, rowGroupRows, (long) shardMebibytes * MEBI, shardRows))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private int imageBytes() {
        if (maximumImageMebibytes < 1 || maximumImageMebibytes > MAXIMUM_IMAGE_MEBIBYTES) {
            throw new UsageException("--max-image-mebibytes must lie in 1 … " + MAXIMUM_IMAGE_MEBIBYTES + ", got "
                    + maximumImageMebibytes);
        }
        return maximumImageMebibytes * MEBI;
    }

    private Path path(String text) {
        return SparkOptions.path(SparkOptions.hadoopConfiguration(), text);
    }

    private static SourceLayout layout(String title) {
        return Arrays.stream(SourceLayout.values())
                .filter(each -> each.title().equals(title))
                .findFirst()
                .orElseThrow(() -> new UsageException(
                        "--layout " + title + " is not known; it is one of " + String.join(", ", new Layouts())));
    }

    /** The names of the layouts, for help and messages. */
    private static final class Layouts extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Layouts() {
            add(AUTO);
            for (SourceLayout each : SourceLayout.values()) {
                add(each.title());
            }
        }
    }
}
