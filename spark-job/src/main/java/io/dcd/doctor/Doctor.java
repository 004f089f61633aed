package io.dcd.doctor;

import io.dcd.data.DataException;
import io.dcd.data.PreparedData;
import io.dcd.data.file.FileSystems;
import io.dcd.settings.SettingsException;
import io.dcd.train.RunDirectory;
import io.dcd.train.TaskSlots;
import io.dcd.train.checkpoint.CheckpointException;
import io.dcd.train.checkpoint.RunIdentity;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;

/** Examines, before the cluster's time is spent, whether a job can run. */
public final class Doctor {
    private final Job job;

    public Doctor(Job job) {
        this.job = job;
    }

    /** Tries to write, rename and delete in the run directory, or above it if it is not there yet, and looks for room. */
    public List<Finding> examineRun(Configuration configuration, Path run) {
        try {
            return new RunDirectoryCheck(FileSystems.of(configuration, run), run, job).findings();
        } catch (IOException e) {
            throw new CheckpointException("cannot use the run directory " + run + ": " + e.getMessage(), e);
        }
    }

    /**
     * Looks whether a job that resumes can go on from the run's newest checkpoint, if there is one.
     *
     * @param wanted what the job is; empty if its data are not known, so that only the network is compared
     * @param allowedChanges the keys of settings that may differ, see {@link RunIdentity#DATA}
     */
    public List<Finding> examineCheckpoint(RunDirectory run, Optional<RunIdentity> wanted, Set<String> allowedChanges) {
        return new CheckpointCheck(run, job, wanted, allowedChanges).findings();
    }

    /** Looks whether the shards are there as the manifest lists them. */
    public List<Finding> examineData(Configuration configuration, PreparedData data) {
        return new DataCheck(data, configuration, job).findings();
    }

    /** Asks driver and executors about themselves. */
    public List<Finding> examineCluster(JavaSparkContext spark) {
        // More than the slots, so that every executor gets one.
        int tasks = spark.defaultParallelism();
        spark.setJobDescription("dcd doctor: what the executors are like");
        Map<String, MachineFacts> executors = new LinkedHashMap<>();
        spark.parallelize(IntStream.range(0, tasks).boxed().toList(), tasks)
                .mapPartitions(new MachineTask(job.settings().engine().backend()))
                .collect()
                .forEach(facts -> executors.putIfAbsent(facts.process(), facts));
        MachineFacts driver = MachineFacts.here(job.settings().engine().backend());
        return new MachineCheck(
                        job,
                        driver,
                        List.copyOf(executors.values()),
                        TaskSlots.of(spark),
                        TaskSlots.coresPerTask(spark))
                .findings();
    }

    /**
     * Throws if something is sure to fail.
     *
     * @throws SettingsException if the first refusal is about settings
     * @throws DataException about data
     * @throws CheckpointException about the run directory
     * @throws UnfitClusterException about machines
     */
    public static void refuse(List<Finding> findings) {
        for (Finding finding : findings) {
            if (finding.level() == Finding.Level.REFUSAL) {
                throw switch (finding.area()) {
                    case SETTINGS -> new SettingsException(finding.message());
                    case DATA -> new DataException(finding.message());
                    case RUN_DIRECTORY -> new CheckpointException(finding.message());
                    case CLUSTER -> new UnfitClusterException(finding.message());
                };
            }
        }
    }
}
