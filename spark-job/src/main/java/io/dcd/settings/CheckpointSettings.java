package io.dcd.settings;

/** When checkpoints are written and how many are kept. */
public record CheckpointSettings(int everyEpochs, int everyRounds, int keep) {
    public CheckpointSettings {
        SettingsException.require(everyEpochs >= 1, "checkpoint.every-epochs must be at least 1, got %s", everyEpochs);
        SettingsException.require(
                everyRounds >= 0, "checkpoint.every-rounds must not be negative, got %s", everyRounds);
        SettingsException.require(keep >= 1, "checkpoint.keep must be at least 1, got %s", keep);
    }
}
