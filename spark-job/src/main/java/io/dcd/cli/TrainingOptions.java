package io.dcd.cli;

import io.dcd.settings.Settings;
import io.dcd.settings.SettingsLoader;
import io.dcd.train.RunDirectory;
import java.util.ArrayList;
import java.util.Optional;
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
}
