package io.dcd.engine.backend;

import io.dcd.engine.backend.onednn.OneDnnBackend;
import io.dcd.engine.backend.reference.ReferenceBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses a backend by the name that a configuration gives. */
public final class Backends {
    /** The best backend that runs here. */
    public static final String AUTO = "auto";

    private static final Logger LOGGER = LoggerFactory.getLogger(Backends.class);

    private Backends() {}

    /**
     * The backend called {@code name}: {@code onednn}, {@code reference}, or {@code auto} for onednn where it loads and
     * else, with a warning, reference.
     *
     * @param threads how many native threads a plan's kernels use; 0 for as many as the native runtime takes
     * @throws IllegalArgumentException if there is no such backend
     * @throws IllegalStateException if it does not run on this platform
     */
    public static Backend select(String name, int threads) {
        return switch (name) {
            case AUTO -> best(threads);
            case OneDnnBackend.NAME -> new OneDnnBackend(threads);
            case ReferenceBackend.NAME -> new ReferenceBackend();
            default ->
                throw new IllegalArgumentException("there is no backend '%s': choose %s, %s or %s"
                        .formatted(name, AUTO, OneDnnBackend.NAME, ReferenceBackend.NAME));
        };
    }

    private static Backend best(int threads) {
        try {
            return new OneDnnBackend(threads);
        } catch (IllegalStateException exception) {
            LOGGER.warn("Using the slow reference backend", exception);
            return new ReferenceBackend();
        }
    }
}
