package io.dcd.doctor;

import static io.dcd.doctor.Finding.Area.DATA;
import static io.dcd.doctor.Finding.Area.SETTINGS;

import io.dcd.data.Manifest;
import io.dcd.data.PreparedData;
import io.dcd.data.Split;
import io.dcd.data.file.FileSystems;
import io.dcd.data.file.Reason;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Whether the shards of the manifest are there in full length, and enough for the workers. Their content is left to {@code dcd verify}. */
final class DataCheck {
    private static final String SHARDS = "shards";
    private static final String WORKERS = "images for the workers";

    private final PreparedData data;
    private final Configuration configuration;
    private final Job job;

    DataCheck(PreparedData data, Configuration configuration, Job job) {
        this.data = data;
        this.configuration = configuration;
        this.job = job;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(shards());
        if (job.training() && job.workers() > 0) {
            findings.add(workers());
        }
        return findings;
    }

    private Finding shards() {
        Map<Path, Long> lengths = new HashMap<>();
        long bytes = 0;
        int shards = 0;
        try {
            FileSystem fileSystem = FileSystems.of(configuration, data.directory());
            for (Manifest.SplitContent split : data.manifest().splits()) {
                for (FileStatus status : fileSystem.listStatus(
                        new Path(data.directory(), split.split().directory()))) {
                    lengths.put(Path.getPathWithoutSchemeAndAuthority(status.getPath()), status.getLen());
                }
                for (Manifest.Shard shard : split.shards()) {
                    Path path = new Path(data.directory(), shard.path());
                    Long length = lengths.get(Path.getPathWithoutSchemeAndAuthority(path));
                    if (length == null || length != shard.bytes()) {
                        return damaged(path, length, shard.bytes());
                    }
                    shards++;
                    bytes += shard.bytes();
                }
            }
        } catch (FileNotFoundException e) {
            return Finding.refusal(
                    SHARDS, DATA, "shards are missing: %s; prepare the data again with `dcd prep`", Reason.of(e));
        } catch (IOException e) {
            return Finding.refusal(
                    SHARDS, DATA, "%s cannot be read: %s; get the right to", data.directory(), Reason.of(e));
        }
        return Finding.fine(SHARDS, DATA, "all %d there, %s", shards, Text.size(bytes));
    }

    private static Finding damaged(Path path, Long length, long expected) {
        String what = length == null ? "is missing" : Text.of("has %d bytes, its manifest lists %d", length, expected);
        return Finding.refusal(SHARDS, DATA, "%s %s; prepare the data again with `dcd prep`", path, what);
    }

    private Finding workers() {
        PreparedData.SplitData images = data.split(Split.TRAIN);
        int batch = job.settings().training().batch();
        long step = (long) job.workers() * batch;
        if (images.rows() < step) {
            return Finding.refusal(
                    WORKERS,
                    SETTINGS,
                    "one step needs training.workers × training.batch = %d × %d = %d images, but the training split has %d",
                    job.workers(),
                    batch,
                    step,
                    images.rows());
        }
        if (images.rowGroups().size() < job.workers()) {
            return Finding.warning(
                    WORKERS,
                    SETTINGS,
                    "%d workers share %d row groups and read some of them together; prepare smaller ones",
                    job.workers(),
                    images.rowGroups().size());
        }
        return Finding.fine(
                WORKERS,
                SETTINGS,
                "%,d in %,d row groups: %,d steps an epoch",
                images.rows(),
                images.rowGroups().size(),
                images.rows() / step);
    }
}
