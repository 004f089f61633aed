package io.dcd.settings;

/** What computes. */
public record EngineSettings(String backend, int threads) {
    public EngineSettings {
        SettingsException.require(
                threads >= 1 && threads <= 1024, "engine.threads must lie in 1 … 1024, got %s", threads);
    }
}
