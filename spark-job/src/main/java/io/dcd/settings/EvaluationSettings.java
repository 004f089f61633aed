package io.dcd.settings;

/** When and how the validation split is evaluated. */
public record EvaluationSettings(int batch, int everyEpochs, boolean movingAverage) {
    public EvaluationSettings {
        SettingsException.require(batch >= 1, "evaluation.batch must be at least 1, got %s", batch);
        SettingsException.require(
                everyEpochs >= 0, "evaluation.every-epochs must not be negative, got %s", everyEpochs);
    }
}
