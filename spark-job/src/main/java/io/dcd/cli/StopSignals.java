package io.dcd.cli;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.util.SignalUtils;

/** The signals by which people and schedulers end a process. */
final class StopSignals {
    private StopSignals() {}

    /** Runs {@code action} at the first of SIGTERM and SIGINT; the next one ends the process as usual. */
    static void first(Runnable action) {
        AtomicBoolean seen = new AtomicBoolean();
        for (String signal : new String[] {"TERM", "INT"}) {
            SignalUtils.register(signal, () -> {
                boolean first = seen.compareAndSet(false, true);
                if (first) {
                    action.run();
                }
                return first;
            });
        }
    }
}
