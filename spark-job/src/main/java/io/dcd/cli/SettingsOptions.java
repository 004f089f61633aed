package io.dcd.cli;

import io.dcd.settings.SettingsLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** The options by which a command takes settings. */
final class SettingsOptions {
    @Option(names = "--config", paramLabel = "FILE", description = "Read settings from a HOCON file on this machine.")
    private Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            showDefaultValue = Visibility.NEVER,
            description = "Change one setting; may be repeated, wins over --config.")
    private List<String> assignments = new ArrayList<>();

    /** Adds what the user gave as layers on top of those in {@code loader}. */
    SettingsLoader applyTo(SettingsLoader loader) {
        if (file != null) {
            loader.file(file);
        }
        assignments.forEach(loader::assignment);
        return loader;
    }
}
