package io.dcd.data.prepare;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.dcd.data.ClassIndex;
import io.dcd.data.DataException;
import io.dcd.data.Json;
import io.dcd.data.Manifest;
import io.dcd.data.PreparedData;
import io.dcd.data.Split;
import io.dcd.data.prepare.PrepareListener.Phase;
import io.dcd.data.prepare.PrepareListener.Progress;
import io.dcd.data.source.ImageSource;
import io.dcd.data.source.ImageSource.SourceFile;
import io.dcd.data.source.ImageUnit;
import io.dcd.data.source.OfficialArchives;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.Version;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.bytedeco.opencv.global.opencv_core;

/**
 * Prepares a data set as a Spark job of two passes. The first reads every archive from beginning to end, a task for each inner archive,
 * and decides which images may be stored; what travels to the driver is about 150 bytes for an image. The driver then shuffles and cuts
 * the list into shards. The second pass writes a shard in each task, fetching its images from their places in the archives. At last the
 * manifest appears, and with it the data.
 *
 * <p>The result depends on the source and the options alone, not on how many executors there are, in which order tasks end, or how
 * often they are tried.
 */
public final class PrepareJob {
    private final JavaSparkContext spark;
    private final PrepareOptions options;
    private final PrepareListener listener;
    private final Configuration configuration;
    private final OutputDirectory output;

    public PrepareJob(JavaSparkContext spark, PrepareOptions options, PrepareListener listener) {
        this.spark = spark;
        this.options = options;
        this.listener = listener;
        this.configuration = spark.hadoopConfiguration();
        this.output = new OutputDirectory(configuration, options.output());
    }

    /**
     * Prepares the data set to its end.
     *
     * @return the prepared data, opened
     * @throws DataException if the source or the output directory is not as it must be; nothing half-written stays behind
     * @throws DataException also if a file system fails; then the same call continues the work
     */
    public PreparedData run() {
        try {
            ImageSource source = OfficialArchives.open(configuration, options.source(), options.splits());
            output.claim(configuration, note(source));
            try {
                prepare(source);
            } catch (DataException e) {
                output.discard(configuration);
                throw e;
            }
            return PreparedData.open(configuration, options.output());
        } catch (IOException e) {
            throw new DataException(
                    "file system failed while preparing " + options.output() + " from " + options.source() + ": "
                            + e.getMessage() + "; run the same command again to go on",
                    e);
        }
    }

    private void prepare(ImageSource source) throws IOException {
        SparkTasks tasks = new SparkTasks(spark);
        SourceContent content = check(tasks, source);
        requireOfficialCounts(source, content);
        Map<Split, List<ShardTask>> plan = new EnumMap<>(Split.class);
        content.labelled(source).forEach((split, images) -> {
            if (images.isEmpty()) {
                throw new DataException(
                        options.source() + " holds no " + split.directory() + " image that can be stored");
            }
            plan.put(
                    split,
                    ShardPlan.of(split, images, options.seed(), options.shardLimits())
                            .shards());
        });
        Map<String, Manifest.Shard> shards = write(tasks, source.classes(), plan, content.quarantined.size());
        List<Manifest.SplitContent> splits = new ArrayList<>();
        plan.forEach((split, planned) -> splits.add(splitContent(split, planned, shards, source.classes())));
        Manifest.ContentFile classes = output.put(
                configuration,
                OutputDirectory.CLASSES,
                Json.MAPPER
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsBytes(source.classes().classes()));
        output.commit(
                configuration,
                new Manifest(
                        Manifest.FORMAT,
                        Manifest.VERSION,
                        source.layout(),
                        options.asMap(),
                        new TreeMap<>(Map.of("parquet", Version.FULL_VERSION, "opencv", opencv_core.CV_VERSION)),
                        sources(source, content),
                        splits,
                        quarantine(content),
                        classes));
    }

    /** What the first pass found; filled by one thread. */
    private static final class SourceContent {
        private final Map<Split, List<CheckedImage>> images = new EnumMap<>(Split.class);
        private final List<QuarantinedImage> quarantined = new ArrayList<>();
        private final Map<String, String> md5 = new HashMap<>();
        private long bytes;

        void add(SourceTask task, SourceTask.Result result) {
            if (task instanceof CheckTask check && result instanceof CheckTask.Result checked) {
                images.computeIfAbsent(check.unit().split(), split -> new ArrayList<>())
                        .addAll(checked.images());
                quarantined.addAll(checked.quarantined());
                bytes += check.unit().bytes();
            } else if (task instanceof HashTask hash && result instanceof HashTask.Result hashed) {
                md5.put(hash.file().name(), hashed.md5());
            }
        }

        long imageCount() {
            return images.values().stream().mapToLong(List::size).sum();
        }

        /** Images of a split, the refused ones included. */
        long found(Split split) {
            return images.getOrDefault(split, List.of()).size()
                    + quarantined.stream().filter(each -> each.split() == split).count();
        }

        /** The images with their labels; where the units do not know them, by the rank of the name among all names. */
        Map<Split, List<CheckedImage>> labelled(ImageSource source) {
            List<CheckedImage> validation = images.get(Split.VALIDATION);
            if (validation != null && !source.validationLabels().isEmpty()) {
                Map<String, Integer> labels = validationLabels(source, validation);
                validation.replaceAll(image -> image.withLabel(labels.get(image.name())));
            }
            return images;
        }

        private Map<String, Integer> validationLabels(ImageSource source, List<CheckedImage> validation) {
            List<String> names = new ArrayList<>();
            validation.forEach(image -> names.add(image.name()));
            quarantined.stream()
                    .filter(each -> each.split() == Split.VALIDATION)
                    .forEach(each -> names.add(each.name()));
            names.sort(Comparator.naturalOrder());
            if (names.size() != source.validationLabels().size()) {
                throw new DataException(
                        OfficialArchives.VALIDATION + " holds " + names.size() + " images, the ground truth in "
                                + OfficialArchives.DEVELOPMENT_KIT + " has "
                                + source.validationLabels().size()
                                + " lines; the two do not belong together, or the archive is truncated");
            }
            Map<String, Integer> labels = new HashMap<>();
            for (int i = 0; i < names.size(); i++) {
                if (labels.put(names.get(i), source.validationLabels().get(i)) != null) {
                    throw new DataException(OfficialArchives.VALIDATION + " holds " + names.get(i) + " twice");
                }
            }
            return labels;
        }
    }

    private SourceContent check(SparkTasks tasks, ImageSource source) {
        List<SourceTask> work = new ArrayList<>();
        if (options.sourceHashes()) {
            source.files().stream()
                    .sorted(Comparator.comparingLong(SourceFile::bytes).reversed())
                    .forEach(file -> work.add(new HashTask(file)));
        }
        // The longest first, so that none is left to run alone at the end.
        source.units().stream()
                .sorted(Comparator.comparingLong(ImageUnit::bytes).reversed())
                .forEach(unit -> work.add(new CheckTask(unit, options.imageLimits(), options.pixelCheck())));
        long totalBytes = source.units().stream().mapToLong(ImageUnit::bytes).sum();
        SourceContent content = new SourceContent();
        tasks.run(
                "dcd prep: check every image of " + options.source(),
                work,
                (task, shipped) -> task.run(shipped),
                (task, result) -> {
                    content.add(task, result);
                    listener.progress(new Progress(
                            Phase.CHECK,
                            content.imageCount() + content.quarantined.size(),
                            0,
                            content.bytes,
                            totalBytes,
                            content.quarantined.size()));
                });
        content.quarantined.sort(Comparator.comparing(QuarantinedImage::split)
                .thenComparing(QuarantinedImage::source)
                .thenComparing(QuarantinedImage::name));
        return content;
    }

    private Map<String, Manifest.Shard> write(
            SparkTasks tasks, ClassIndex classIndex, Map<Split, List<ShardTask>> plan, long quarantined)
            throws IOException {
        List<ShardTask> work = new ArrayList<>();
        for (Map.Entry<Split, List<ShardTask>> split : plan.entrySet()) {
            output.createSplit(configuration, split.getKey());
            work.addAll(split.getValue());
        }
        long totalImages = work.stream().mapToLong(task -> task.images().size()).sum();
        long totalBytes = work.stream().mapToLong(ShardTask::bytes).sum();
        Map<String, Manifest.Shard> shards = new HashMap<>();
        long[] done = new long[2];
        Broadcast<ClassIndex> classes = spark.broadcast(classIndex);
        OutputDirectory target = output;
        tasks.run(
                "dcd prep: write the shards of " + options.output(),
                work,
                (task, shipped) -> task.run(shipped, target, classes.value()),
                (task, shard) -> {
                    shards.put(shard.path(), shard);
                    done[0] += task.images().size();
                    done[1] += task.bytes();
                    listener.progress(
                            new Progress(Phase.WRITE, done[0], totalImages, done[1], totalBytes, quarantined));
                });
        return shards;
    }

    private static Manifest.SplitContent splitContent(
            Split split, List<ShardTask> plan, Map<String, Manifest.Shard> shards, ClassIndex classes) {
        Long[] counts = new Long[classes.size()];
        java.util.Arrays.fill(counts, 0L);
        plan.forEach(task -> task.images().forEach(image -> counts[image.label()]++));
        return new Manifest.SplitContent(
                split,
                plan.stream().mapToLong(task -> task.images().size()).sum(),
                plan.stream().mapToLong(ShardTask::bytes).sum(),
                List.of(counts),
                plan.stream().map(task -> shards.get(task.path())).toList());
    }

    private Manifest.Quarantine quarantine(SourceContent content) throws IOException {
        Map<String, Long> reasons = new TreeMap<>();
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        for (QuarantinedImage image : content.quarantined) {
            reasons.merge(image.reason().name(), 1L, Long::sum);
            table.writeBytes(Json.MAPPER.writeValueAsBytes(image));
            table.write('\n');
        }
        return new Manifest.Quarantine(
                content.quarantined.size(),
                reasons,
                output.put(configuration, OutputDirectory.QUARANTINE, table.toByteArray()));
    }

    private static List<Manifest.Source> sources(ImageSource source, SourceContent content) {
        return source.files().stream()
                .map(file -> {
                    String md5 = content.md5.getOrDefault(file.name(), "");
                    String official =
                            md5.isEmpty() ? "unknown" : OfficialArchives.isOfficial(file.name(), md5) ? "yes" : "no";
                    return new Manifest.Source(file.name(), file.bytes(), md5, official);
                })
                .toList();
    }

    private static void requireOfficialCounts(ImageSource source, SourceContent content) {
        Map<String, Split> archives =
                Map.of(OfficialArchives.TRAINING, Split.TRAIN, OfficialArchives.VALIDATION, Split.VALIDATION);
        for (SourceFile file : source.files()) {
            Split split = archives.get(file.name());
            if (split != null && OfficialArchives.isOfficial(file.name(), content.md5.getOrDefault(file.name(), ""))) {
                long expected = OfficialArchives.officialImages(split);
                if (content.found(split) != expected) {
                    throw new IllegalStateException(file.name() + " is the official archive, which holds " + expected
                            + " images, but " + content.found(split) + " were found");
                }
            }
        }
    }

    private Map<String, String> note(ImageSource source) throws JsonProcessingException {
        Map<String, String> note = new TreeMap<>(options.asMap());
        source.files().forEach(file -> note.put(file.name() + " bytes", Long.toString(file.bytes())));
        return note;
    }
}
