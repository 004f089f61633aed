package io.dcd.worker;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Backends;
import io.dcd.settings.EngineSettings;
import java.io.Serializable;

/** Which backend computes, with how many native threads a task. */
public record EngineSpec(EngineSettings.Backend backend, int threads) implements Serializable {
    public static EngineSpec of(EngineSettings settings) {
        return new EngineSpec(settings.backend(), settings.threads());
    }

    /** The backend, for plans of the calling thread. */
    Backend select() {
        return Backends.select(backend.id(), threads);
    }
}
