package io.dcd.data.prepare;

import io.dcd.data.ClassIndex;
import io.dcd.data.DataException;
import io.dcd.data.Digests;
import io.dcd.data.Manifest;
import io.dcd.data.PreparedData;
import io.dcd.data.RowGroup;
import io.dcd.data.file.BlockHosts;
import io.dcd.data.file.FileSystems;
import io.dcd.data.file.Reason;
import io.dcd.data.prepare.PrepareListener.Phase;
import io.dcd.data.prepare.PrepareListener.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Reads a prepared directory again, a task for each shard, and compares every byte, row and count with the manifest. */
public final class VerifyJob {
    private final JavaSparkContext spark;
    private final PreparedData prepared;
    private final PrepareListener listener;

    public VerifyJob(JavaSparkContext spark, PreparedData prepared, PrepareListener listener) {
        this.spark = spark;
        this.prepared = prepared;
        this.listener = listener;
    }

    /**
     * What was found.
     *
     * @param shards that were read
     * @param images that were read
     * @param bytes of the shards
     * @param problems each names a file and what is wrong with it, sorted; empty if the data is what the manifest says
     */
    public record Report(int shards, long images, long bytes, List<String> problems) {
        public boolean sound() {
            return problems.isEmpty();
        }
    }

    /** Finds whatever differs; a difference is part of the report, not a failure. */
    public Report run() {
        List<VerifyTask> work = new ArrayList<>();
        for (Manifest.SplitContent split : prepared.manifest().splits()) {
            Map<String, ArrayList<RowGroup>> rowGroups = new HashMap<>();
            prepared.split(split.split()).rowGroups().forEach(each -> rowGroups
                    .computeIfAbsent(each.shard(), shard -> new ArrayList<>())
                    .add(each));
            split.shards()
                    .forEach(shard -> work.add(
                            new VerifyTask(prepared.directory().toString(), shard, rowGroups.get(shard.path()))));
        }
        long totalImages = work.stream().mapToLong(task -> task.shard().rows()).sum();
        long totalBytes = work.stream().mapToLong(task -> task.shard().bytes()).sum();
        Map<String, List<Long>> labels = new HashMap<>();
        List<String> problems = new ArrayList<>();
        long[] done = new long[2];
        BlockHosts blocks = new BlockHosts(spark.hadoopConfiguration());
        Broadcast<ClassIndex> classes = spark.broadcast(prepared.classIndex());
        listener.progress(new Progress(Phase.VERIFY, 0, totalImages, 0, totalBytes, 0));
        new SparkTasks(spark)
                .run(
                        "dcd verify: read every shard of " + prepared.directory(),
                        work,
                        task -> task.hosts(blocks),
                        (task, shipped) -> task.run(shipped, classes.value()),
                        (task, result) -> {
                            labels.put(task.shard().path(), result.labels());
                            problems.addAll(result.problems());
                            done[0] += task.shard().rows();
                            done[1] += task.shard().bytes();
                            listener.progress(new Progress(Phase.VERIFY, done[0], totalImages, done[1], totalBytes, 0));
                        });
        if (problems.isEmpty()) {
            prepared.manifest().splits().forEach(split -> checkCounts(split, labels, problems));
        }
        checkOtherFiles(problems);
        Collections.sort(problems);
        return new Report(work.size(), done[0], done[1], List.copyOf(problems));
    }

    private static void checkCounts(
            Manifest.SplitContent split, Map<String, List<Long>> labels, List<String> problems) {
        for (int label = 0; label < split.classCounts().size(); label++) {
            int wanted = label;
            long found = split.shards().stream()
                    .mapToLong(shard -> labels.get(shard.path()).get(wanted))
                    .sum();
            if (found != split.classCounts().get(label)) {
                problems.add(split.split().directory() + " has " + found + " images of label " + label
                        + ", the manifest says " + split.classCounts().get(label));
            }
        }
    }

    private void checkOtherFiles(List<String> problems) {
        Configuration configuration = spark.hadoopConfiguration();
        Path directory = prepared.directory();
        Manifest manifest = prepared.manifest();
        Set<String> expected = new TreeSet<>(Set.of(
                Manifest.FILE_NAME,
                OutputDirectory.NOTE,
                manifest.classes().path(),
                manifest.quarantine().table().path()));
        manifest.splits().forEach(split -> split.shards().forEach(shard -> expected.add(shard.path())));
        try {
            FileSystem fileSystem = FileSystems.of(configuration, directory);
            checkTable(fileSystem, manifest.quarantine().table(), problems);
            for (String path : files(fileSystem, directory, "")) {
                if (!expected.contains(path)) {
                    problems.add(path + " does not belong to the prepared data");
                }
            }
        } catch (IOException e) {
            throw new DataException("cannot read " + directory + ": " + Reason.of(e), e);
        }
    }

    /** Paths of all files below a folder. (Hadoop's own recursive listing starts a process for each local file.) */
    private static List<String> files(FileSystem fileSystem, Path folder, String prefix) throws IOException {
        List<String> files = new ArrayList<>();
        for (FileStatus status : fileSystem.listStatus(folder)) {
            String path = prefix + status.getPath().getName();
            if (status.isDirectory()) {
                files.addAll(files(fileSystem, status.getPath(), path + "/"));
            } else {
                files.add(path);
            }
        }
        return files;
    }

    private void checkTable(FileSystem fileSystem, Manifest.ContentFile table, List<String> problems)
            throws IOException {
        Path file = new Path(prepared.directory(), table.path());
        if (!fileSystem.exists(file)) {
            problems.add(table.path() + " is missing");
            return;
        }
        try (FSDataInputStream in = fileSystem.open(file)) {
            if (!Digests.sha256(in.readAllBytes()).equals(table.sha256())) {
                problems.add(table.path() + " is damaged: its SHA-256 is not the manifest's");
            }
        }
    }
}
