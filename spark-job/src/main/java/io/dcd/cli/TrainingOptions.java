package io.dcd.cli;

import io.dcd.settings.Settings;
import io.dcd.settings.SettingsLoader;
import io.dcd.train.RunDirectory;
import io.dcd.train.checkpoint.RunIdentity;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that tell how a job trains. */
final class TrainingOptions {
    @Option(
            names = "--network",
            paramLabel = "NAME",
            description = "Network, as `dcd networks` lists them; short for --set network.name=NAME.")
    private String network;

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            description = "Published recipe beneath --config and --set: ${COMPLETION-CANDIDATES}.",
            completionCandidates = Recipes.class)
    private String recipe;

    @Option(
            names = "--allow-change",
            paramLabel = "KEY",
            showDefaultValue = Visibility.NEVER,
            description = {
                "Resume although this setting differs from the checkpoint's; may be repeated.",
                "`data` stands for other prepared data of the same classes."
            })
    private Set<String> allowedChanges = new TreeSet<>();

    @Mixin
    private SettingsOptions settingsOptions;

    /** The names that {@code --recipe} takes. */
    private static final class Recipes extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Recipes() {
            super(SettingsLoader.RECIPES);
        }
    }

    /** The settings stored in {@code run}, if that has begun, and on top of them what the user gave. */
    Settings settings(Optional<RunDirectory> run) {
        SettingsLoader loader = new SettingsLoader();
        run.ifPresent(directory ->
                directory.configuration().ifPresent(stored -> loader.text(stored, directory.path() + "/config.conf")));
        if (recipe != null) {
            loader.recipe(recipe);
        }
        settingsOptions.applyTo(loader);
        if (network != null) {
            loader.value("network.name", network);
        }
        return loader.load();
    }

    /**
     * The keys of settings that may differ from the checkpoint's.
     *
     * @param settings of the job
     * @throws UsageException if a checkpoint is not tied to one of them
     */
    Set<String> allowedChanges(Settings settings) {
        for (String key : allowedChanges) {
            if (!key.equals(RunIdentity.DATA) && !settings.identity().containsKey(key)) {
                throw new UsageException("--allow-change %s: a checkpoint is tied to %s, or to %s"
                        .formatted(key, String.join(", ", settings.identity().keySet()), RunIdentity.DATA));
            }
        }
        return allowedChanges;
    }
}
