package io.dcd.doctor;

import io.dcd.settings.EngineSettings;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;

/** A Spark task that tells about the executor that runs it. */
final class MachineTask implements FlatMapFunction<Iterator<Integer>, MachineFacts> {
    private static final long serialVersionUID = 1L;

    private final EngineSettings.Backend backend;

    MachineTask(EngineSettings.Backend backend) {
        this.backend = backend;
    }

    @Override
    public Iterator<MachineFacts> call(Iterator<Integer> ignored) {
        return List.of(MachineFacts.here(backend)).iterator();
    }
}
