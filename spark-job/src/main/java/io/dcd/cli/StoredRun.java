package io.dcd.cli;

import io.dcd.data.PreparedData;
import io.dcd.settings.Settings;
import io.dcd.settings.SettingsLoader;
import io.dcd.train.RunDirectory;
import io.dcd.train.checkpoint.Checkpoint;
import io.dcd.train.checkpoint.CheckpointException;
import io.dcd.worker.NetworkSpec;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;

/** A trained network as a run directory has it: the settings stored there and one of its checkpoints. */
record StoredRun(Path directory, Settings settings, Checkpoint checkpoint) {
    /**
     * Opens the run in {@code directory}.
     *
     * @param options that win over the stored settings
     * @param step of the checkpoint; the newest if empty
     * @throws CheckpointException if there is no run or no such checkpoint, or the settings name another network
     */
    static StoredRun open(RunDirectory directory, SettingsOptions options, Optional<Long> step) {
        SettingsLoader loader = new SettingsLoader();
        loader.text(
                directory
                        .configuration()
                        .orElseThrow(() -> new CheckpointException(
                                "there is no run in " + directory.path() + "; train one with `dcd train --run`")),
                directory.path() + "/config.conf");
        Settings settings = options.applyTo(loader).load();
        List<Long> steps = directory.checkpoints().steps();
        if (steps.isEmpty()) {
            throw new CheckpointException(
                    "there is no checkpoint in " + directory.path() + " yet; let `dcd train` reach one");
        }
        long wanted = step.orElse(steps.get(steps.size() - 1));
        if (!steps.contains(wanted)) {
            throw new CheckpointException("there is no checkpoint of step %d in %s; it keeps those of %s"
                    .formatted(wanted, directory.path(), steps));
        }
        Checkpoint checkpoint = directory.checkpoints().load(wanted);
        checkpoint.requireNetwork(settings.identity());
        return new StoredRun(directory.path(), settings, checkpoint);
    }

    /** The parameters to be evaluated or given away: the moving average if the settings want it and the run keeps one. */
    float[] parameters() {
        return checkpoint.state().parameters(settings.evaluation().movingAverage());
    }

    /**
     * Refuses data of other classes than the network knows.
     *
     * @throws CheckpointException if there are more or fewer
     */
    void requireClassesOf(PreparedData data) {
        int known = checkpoint.identity().classes();
        if (data.classIndex().size() != known) {
            throw new CheckpointException(
                    "the network in %s knows %d classes, the data in %s have %d; give the data of that run"
                            .formatted(
                                    directory,
                                    known,
                                    data.directory(),
                                    data.classIndex().size()));
        }
    }

    /** The network of the checkpoint. */
    NetworkSpec network() {
        return NetworkSpec.of(
                settings.network(),
                settings.data().imageSize(),
                checkpoint.identity().classes());
    }
}
