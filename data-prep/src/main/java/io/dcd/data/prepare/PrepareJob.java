package io.dcd.data.prepare;

import io.dcd.data.ClassIndex;
import io.dcd.data.DataException;
import io.dcd.data.Json;
import io.dcd.data.Manifest;
import io.dcd.data.PreparedData;
import io.dcd.data.Split;
import io.dcd.data.file.BlockHosts;
import io.dcd.data.file.Lease;
import io.dcd.data.file.Reason;
import io.dcd.data.prepare.PrepareListener.Phase;
import io.dcd.data.prepare.PrepareListener.Progress;
import io.dcd.data.source.ImageSource;
import io.dcd.data.source.ImageSource.SourceFile;
import io.dcd.data.source.ImageUnit;
import io.dcd.data.source.SourceLayout;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.Version;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.bytedeco.opencv.global.opencv_core;

/**
 * Prepares a data set as a Spark job of two passes. The first reads the source from beginning to end, a task for each inner archive or
 * folder, and decides which images may be stored; what travels to the driver is about 150 bytes for an image. The driver then shuffles
 * and cuts the list into shards. The second pass writes a shard in each task, fetching its images from their places in the source.
 * Beside both, the source files are hashed. At last the manifest appears, and with it the data.
 *
 * <p>The result depends on the source and the options alone, not on how many executors there are, in which order tasks end, or how
 * often they are tried. What a stopped preparation has done already is kept, and the next one with the same options goes on from there.
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
     * @throws DataException if the source or the output directory is not as it must be; nothing half-written stays behind. Also if a file
     *     system fails; then the same call continues the work
     */
    public PreparedData run() {
        try {
            SourceLayout layout = options.layout().isPresent()
                    ? options.layout().get()
                    : SourceLayout.recognise(configuration, options.source());
            ImageSource source = layout.open(configuration, options.source(), options.splits());
            listener.found(source);
            source.requireReadable(configuration);
            Preparation preparation = Preparation.of(options, source);
            if (output.look(configuration, preparation) != OutputDirectory.State.FINISHED
                    || !output.isTidy(configuration)) {
                prepareAlone(source, preparation);
            } else {
                requireUnchanged(source, preparation);
            }
            return PreparedData.open(configuration, options.output());
        } catch (IOException e) {
            throw new DataException(
                    "file system failed while preparing " + options.output() + " from " + options.source() + ": "
                            + Reason.of(e) + "; run the same command again to go on",
                    e);
        }
    }

    /** Prepares what is not prepared once nobody else does. */
    private void prepareAlone(ImageSource source, Preparation preparation) throws IOException {
        try (Lease lease = output.lease(configuration)) {
            // Whoever held the lease until now may have changed everything.
            output.restoreClasses(configuration, classes(source));
            OutputDirectory.State state = output.look(configuration, preparation);
            requireUnchanged(source, preparation);
            if (state == OutputDirectory.State.FINISHED) {
                output.tidy(configuration);
                return;
            }
            if (options.recoding().shorterSide() == 0) {
                output.requireRoom(configuration, source.bytes());
            }
            output.begin(configuration, preparation);
            Manifest manifest;
            try {
                manifest = prepare(source, preparation);
            } catch (DataException e) {
                // What an earlier run has done is not thrown away for what this one has met.
                if (state == OutputDirectory.State.NEW) {
                    lease.requireHeld();
                    output.discard(configuration);
                }
                throw e;
            }
            lease.requireHeld();
            output.commit(configuration, preparation, manifest);
        } finally {
            output.removeIfEmpty(configuration);
        }
    }

    /**
     * What has been prepared must still be what the source holds. A file that has another time of change may be another copy of the same;
     * its MD5 tells, if the manifest has it.
     *
     * @throws DataException if it is not
     */
    private void requireUnchanged(ImageSource source, Preparation preparation) throws IOException {
        Set<String> changed = new TreeSet<>(output.changedSources(configuration, preparation));
        if (changed.isEmpty()) {
            return;
        }
        Map<String, String> before = new HashMap<>();
        PreparedData.readManifest(configuration, options.output())
                .sources()
                .forEach(file -> before.put(file.name(), file.md5()));
        List<HashTask> work = source.files().stream()
                .filter(file -> changed.contains(file.name()))
                .map(HashTask::new)
                .toList();
        new SparkTasks(spark)
                .run(
                        "dcd prep: see whether " + options.source() + " is still what was prepared",
                        work,
                        HashTask::run,
                        (task, result) -> {
                            if (result.md5().equals(before.get(task.file().name()))) {
                                changed.remove(task.file().name());
                            }
                        });
        if (!changed.isEmpty()) {
            throw new DataException(changed.iterator().next() + " in " + options.source() + " has changed since "
                    + options.output() + " was prepared from it; prepare what it holds now into another directory");
        }
    }

    private Manifest prepare(ImageSource source, Preparation preparation) throws IOException {
        BlockHosts blocks = new BlockHosts(configuration);
        List<SourceFile> hashed = options.sourceHashes() ? source.files() : List.of();
        try (SourceHashes hashes = SourceHashes.start(new SparkTasks(spark), hashed, output, blocks)) {
            SparkTasks tasks = new SparkTasks(spark);
            SourceContent content = check(tasks, source, blocks);
            Map<Split, List<ShardTask>> plan = new EnumMap<>(Split.class);
            content.labelled()
                    .forEach((split, images) -> plan.put(
                            split,
                            ShardPlan.of(split, images, options.seed(), options.shardLimits(), options.recoding())
                                    .shards()));
            Map<String, Manifest.Shard> shards =
                    write(tasks, source, plan, content.quarantined().size());
            List<Manifest.SplitContent> splits = new ArrayList<>();
            plan.forEach((split, planned) -> splits.add(splitContent(split, planned, shards, source.classes())));
            if (!hashes.areDone()) {
                long bytes = hashed.stream().mapToLong(SourceFile::bytes).sum();
                int quarantined = content.quarantined().size();
                listener.progress(new Progress(Phase.HASH, 0, 0, 0, bytes, quarantined));
            }
            Map<String, String> md5 = hashes.await();
            return new Manifest(
                    Manifest.FORMAT,
                    Manifest.VERSION,
                    source.layout().title(),
                    preparation.facts(),
                    new TreeMap<>(Map.of("parquet", Version.FULL_VERSION, "opencv", opencv_core.CV_VERSION)),
                    content.files(md5),
                    splits,
                    quarantine(content.quarantined()),
                    output.put(configuration, OutputDirectory.CLASSES, classes(source)));
        }
    }

    private static byte[] classes(ImageSource source) throws IOException {
        return Json.MAPPER
                .writerWithDefaultPrettyPrinter()
                .writeValueAsBytes(source.classes().classes());
    }

    private SourceContent check(SparkTasks tasks, ImageSource source, BlockHosts blocks) {
        List<CheckTask> work = new ArrayList<>();
        for (int i = 0; i < source.units().size(); i++) {
            ImageUnit unit = source.units().get(i);
            work.add(new CheckTask(i, unit, options.imageLimits(), options.pixelCheck(), options.maximumQuarantined()));
        }
        // The longest first, so that none is left to run alone at the end.
        work.sort(
                Comparator.<CheckTask>comparingLong(task -> task.unit().bytes()).reversed());
        SourceContent content = new SourceContent(source, options.maximumQuarantined());
        OutputDirectory target = output;
        listener.progress(new Progress(Phase.CHECK, 0, 0, 0, source.bytes(), 0));
        tasks.run(
                "dcd prep: check every image of " + options.source(),
                work,
                task -> task.hosts(blocks),
                (task, shipped) -> task.runOnce(shipped, target),
                (task, result) -> {
                    content.add(task, result);
                    listener.progress(new Progress(
                            Phase.CHECK,
                            content.imageCount(),
                            0,
                            content.bytes(),
                            source.bytes(),
                            content.quarantined().size()));
                });
        return content;
    }

    private Map<String, Manifest.Shard> write(
            SparkTasks tasks, ImageSource source, Map<Split, List<ShardTask>> plan, long quarantined)
            throws IOException {
        List<ShardTask> work = new ArrayList<>();
        for (Map.Entry<Split, List<ShardTask>> split : plan.entrySet()) {
            output.createSplit(configuration, split.getKey());
            work.addAll(split.getValue());
        }
        long totalImages = work.stream().mapToLong(task -> task.images().size()).sum();
        long totalBytes = work.stream().mapToLong(ShardTask::bytes).sum();
        listener.progress(new Progress(Phase.WRITE, 0, totalImages, 0, totalBytes, quarantined));
        Map<String, Manifest.Shard> shards = new HashMap<>();
        long[] done = new long[2];
        Broadcast<ShardTask.Context> context =
                spark.broadcast(new ShardTask.Context(output, source.units(), source.classes(), options.recoding()));
        tasks.run(
                "dcd prep: write the shards of " + options.output(),
                work,
                (task, shipped) -> task.run(shipped, context.value()),
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
            Split split, List<ShardTask> plan, Map<String, Manifest.Shard> written, ClassIndex classes) {
        Long[] counts = new Long[classes.size()];
        Arrays.fill(counts, 0L);
        plan.forEach(task -> task.images().forEach(image -> counts[image.label()]++));
        List<Manifest.Shard> shards =
                plan.stream().map(task -> written.get(task.path())).toList();
        return new Manifest.SplitContent(
                split,
                shards.stream().mapToLong(Manifest.Shard::rows).sum(),
                shards.stream().mapToLong(Manifest.Shard::imageBytes).sum(),
                shards.stream().mapToLong(Manifest.Shard::recoded).sum(),
                List.of(counts),
                shards);
    }

    private Manifest.Quarantine quarantine(List<QuarantinedImage> quarantined) throws IOException {
        Map<String, Long> reasons = new TreeMap<>();
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        for (QuarantinedImage image : quarantined) {
            reasons.merge(image.reason().name(), 1L, Long::sum);
            table.writeBytes(Json.MAPPER.writeValueAsBytes(image));
            table.write('\n');
        }
        return new Manifest.Quarantine(
                quarantined.size(),
                reasons,
                output.put(configuration, OutputDirectory.QUARANTINE, table.toByteArray()));
    }
}
