package io.dcd.settings;

import java.util.Locale;

/** What computes. */
public record EngineSettings(Backend backend, int threads) {
    /** Which backend runs the plans. */
    public enum Backend {
        /** The fastest that runs on the executor. */
        AUTO,
        /** oneDNN on CPUs. */
        ONEDNN,
        /** Plain loops in double precision. */
        REFERENCE,
        /** The library of {@code dcd bench --peer} takes the training steps, to compare with; the fastest does the rest. */
        PEER;

        /** Its name among the engine's backends. */
        public String id() {
            return this == PEER ? "auto" : name().toLowerCase(Locale.ROOT);
        }
    }

    public EngineSettings {
        SettingsException.require(
                threads >= 1 && threads <= 1024, "engine.threads must lie in 1 … 1024, got %s", threads);
    }
}
