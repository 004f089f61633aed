package io.dcd.doctor;

import static io.dcd.doctor.Finding.Area.RUN_DIRECTORY;

import io.dcd.data.file.Reason;
import io.dcd.data.file.SyncedFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.QuotaUsage;

/** Whether checkpoints can be written: rights are tried out, room is added up. */
final class RunDirectoryCheck {
    private static final String WRITING = "writing the run directory";
    private static final String ROOM = "room for checkpoints";

    /** Schemes of Hadoop's connectors to stores that copy and delete where a file system renames. */
    private static final Set<String> OBJECT_STORES =
            Set.of("s3", "s3a", "s3n", "gs", "oss", "cosn", "swift", "wasb", "wasbs");

    private final FileSystem fileSystem;
    private final Path run;
    private final Job job;

    RunDirectoryCheck(FileSystem fileSystem, Path run, Job job) {
        this.fileSystem = fileSystem;
        this.run = run;
        this.job = job;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        try {
            Path place = existing(run);
            findings.add(writing(place));
            findings.add(room(place));
            oneStepRenames().ifPresent(findings::add);
        } catch (IOException e) {
            findings.add(Finding.refusal(
                    WRITING, RUN_DIRECTORY, "%s cannot be reached: %s; give another --run", run, Reason.of(e)));
        }
        return findings;
    }

    /**
     * What a checkpoint needs: a new file, written, synced, renamed, deleted. Its name is that of a file which a run that begins deletes,
     * should this process be killed in between.
     */
    private Finding writing(Path place) {
        Path probe = new Path(place, "_unfinished-" + UUID.randomUUID());
        Path renamed = probe.suffix("-renamed");
        try {
            if (!fileSystem.getFileStatus(place).isDirectory()) {
                return Finding.refusal(WRITING, RUN_DIRECTORY, "%s is no directory; give another --run", place);
            }
            SyncedFile.write(fileSystem, probe, new byte[1]);
            boolean worked = fileSystem.rename(probe, renamed) && fileSystem.delete(renamed, false);
            return worked
                    ? Finding.fine(WRITING, RUN_DIRECTORY, "%s can be written", place)
                    : Finding.refusal(
                            WRITING, RUN_DIRECTORY, "%s refuses to rename and delete files; give another --run", place);
        } catch (IOException e) {
            return Finding.refusal(
                    WRITING,
                    RUN_DIRECTORY,
                    "cannot write in %s: %s; get the right to, or give another --run",
                    place,
                    Reason.of(e));
        }
    }

    private Optional<Finding> oneStepRenames() {
        String scheme = fileSystem.getUri().getScheme();
        return OBJECT_STORES.contains(scheme)
                ? Optional.of(Finding.warning(
                        WRITING,
                        RUN_DIRECTORY,
                        "%s: does not rename in one step, so a driver that is killed while it saves may leave a damaged checkpoint;"
                                + " give a --run on HDFS or a local disk",
                        scheme))
                : Optional.empty();
    }

    private Finding room(Path place) throws IOException {
        long checkpoint = job.checkpointBytes();
        int kept = job.settings().checkpoint().keep();
        // A new checkpoint is written before the oldest is deleted; those that are there already have their room.
        long wanted = checkpoint * (kept + 1L);
        long free = free(place);
        String arithmetic = Text.of(
                "%s free, a checkpoint takes %s, %d kept and one being written %s",
                Text.size(free), Text.size(checkpoint), kept, Text.size(wanted));
        if (free < checkpoint) {
            return Finding.refusal(ROOM, RUN_DIRECTORY, "%s has no room: %s", place, arithmetic);
        } else if (free < wanted) {
            return Finding.warning(
                    ROOM,
                    RUN_DIRECTORY,
                    "%s has little room: %s; lower checkpoint.keep, or free some",
                    place,
                    arithmetic);
        }
        return Finding.fine(ROOM, RUN_DIRECTORY, "%s", arithmetic);
    }

    private long free(Path place) throws IOException {
        long free = fileSystem.getStatus(place).getRemaining();
        if (!fileSystem.getUri().getScheme().equals("hdfs")) {
            return free;
        }
        for (Path path = place; path != null; path = path.getParent()) {
            QuotaUsage usage = fileSystem.getQuotaUsage(path);
            if (usage.getSpaceQuota() > 0) {
                // HDFS counts every replica.
                long replicas = Math.max(1, fileSystem.getDefaultReplication(place));
                free = Math.min(free, (usage.getSpaceQuota() - usage.getSpaceConsumed()) / replicas);
            }
        }
        return free;
    }

    /** The directory, or the nearest above it that is there. */
    private Path existing(Path path) throws IOException {
        for (Path place = path; place != null; place = place.getParent()) {
            try {
                return fileSystem.getFileStatus(place).getPath();
            } catch (FileNotFoundException e) {
                // Further up.
            }
        }
        throw new FileNotFoundException(path + " has no root");
    }
}
