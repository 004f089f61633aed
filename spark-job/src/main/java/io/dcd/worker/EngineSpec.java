package io.dcd.worker;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Backends;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.peer.Peer;
import io.dcd.engine.peer.Workload;
import io.dcd.engine.plan.Trainer;
import io.dcd.engine.plan.TrainingPlan;
import io.dcd.settings.EngineSettings;
import io.dcd.settings.SettingsException;
import java.io.Serializable;
import java.util.function.Predicate;

/** Which backend computes, with how many native threads a task. */
public record EngineSpec(EngineSettings.Backend backend, int threads) implements Serializable {
    public static EngineSpec of(EngineSettings settings) {
        return new EngineSpec(settings.backend(), settings.threads());
    }

    /** The backend, for plans of the calling thread. */
    Backend select() {
        return Backends.select(backend.id(), threads);
    }

    /**
     * What takes training steps on the calling thread.
     *
     * @param decays which parameters weight decay applies to
     */
    Trainer trainer(NetworkSpec network, int batch, long seed, Predicate<Parameter> decays) {
        Graph graph = network.graph();
        if (backend != EngineSettings.Backend.PEER) {
            return new TrainingPlan(graph, select(), batch, seed, decays);
        }
        if (network.dropout() > 0) {
            throw new SettingsException("engine.backend = peer has no dropout; set network.dropout = 0");
        }
        Workload workload =
                new Workload(network.name(), graph, new float[0], Workload.Mode.TRAIN, batch, network.stemStride());
        return Peer.find()
                .orElseThrow(() -> new SettingsException(
                        "engine.backend = peer: this build has no other library; build with mvn -Ppeer package"))
                .trainer(workload, decays, threads);
    }
}
