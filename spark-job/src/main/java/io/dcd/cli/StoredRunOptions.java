package io.dcd.cli;

import io.dcd.train.RunDirectory;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name a trained network: a run, one of its checkpoints, and settings to change. */
final class StoredRunOptions {
    @Option(
            names = "--run",
            required = true,
            paramLabel = "DIR",
            description = "Run directory that `dcd train` or `dcd import` wrote.")
    private String run;

    @Option(names = "--step", paramLabel = "N", description = "Step of the checkpoint; default: the newest.")
    private Optional<Long> step;

    @Mixin
    private SettingsOptions settingsOptions;

    /** Opens it, see {@link StoredRun#open}. */
    StoredRun open(Configuration hadoop) {
        return StoredRun.open(RunDirectory.at(hadoop, SparkOptions.path(hadoop, run)), settingsOptions, step);
    }
}
