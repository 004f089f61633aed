package io.dcd.doctor;

import static io.dcd.doctor.Finding.Area.RUN_DIRECTORY;

import io.dcd.train.RunDirectory;
import io.dcd.train.checkpoint.Checkpoint;
import io.dcd.train.checkpoint.CheckpointException;
import io.dcd.train.checkpoint.RunIdentity;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether a job can go on from the newest checkpoint of its run: it is read whole, and compared with the job. */
final class CheckpointCheck {
    private static final String NEWEST = "newest checkpoint";

    private final RunDirectory run;
    private final Job job;
    private final Optional<RunIdentity> wanted;
    private final Set<String> allowedChanges;

    CheckpointCheck(RunDirectory run, Job job, Optional<RunIdentity> wanted, Set<String> allowedChanges) {
        this.run = run;
        this.job = job;
        this.wanted = wanted;
        this.allowedChanges = allowedChanges;
    }

    List<Finding> findings() {
        try {
            return run.checkpoints().newest().map(this::finding).stream().toList();
        } catch (CheckpointException e) {
            return List.of(Finding.refusal(NEWEST, RUN_DIRECTORY, "%s", e.getMessage()));
        }
    }

    private Finding finding(Checkpoint checkpoint) {
        // As long as the cluster is to decide how many workers there are, the job is not known whole.
        if (wanted.isPresent() && job.workers() > 0) {
            checkpoint.requireFits(wanted.get(), allowedChanges);
        } else {
            checkpoint.requireNetwork(job.settings().identity());
        }
        return Finding.fine(
                NEWEST,
                RUN_DIRECTORY,
                "of step %,d, whole and of this job",
                checkpoint.progress().step());
    }
}
