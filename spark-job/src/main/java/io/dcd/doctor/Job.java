package io.dcd.doctor;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Backends;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.plan.PlanMemory;
import io.dcd.engine.plan.PlanOptions;
import io.dcd.settings.Settings;
import io.dcd.worker.NetworkSpec;

/**
 * What a job asks of machines and file systems.
 *
 * @param training whether it trains, or evaluates only
 * @param workers the logical workers; 0 if they are as many as the cluster has task slots
 * @param parameters length of the flat parameter vector
 * @param planBytes what the plans of one task take outside of the Java heap, without what kernels take for themselves
 */
public record Job(Settings settings, boolean training, int workers, long parameters, long planBytes) {
    /** A job that trains {@code network}, and evaluates it in between. */
    public static Job training(Settings settings, NetworkSpec network) {
        return of(settings, network, true);
    }

    /** A job that evaluates {@code network}. */
    public static Job evaluation(Settings settings, NetworkSpec network) {
        return of(settings, network, false);
    }

    private static Job of(Settings settings, NetworkSpec network, boolean training) {
        Graph graph = network.graph();
        Backend backend = Backends.select(Backends.AUTO, settings.engine().threads());
        long planBytes = PlanMemory.bytes(
                graph, backend, PlanOptions.inference(settings.evaluation().batch()));
        if (training) {
            planBytes += PlanMemory.bytes(
                    graph,
                    backend,
                    PlanOptions.training(
                            settings.training().batch(), settings.training().seed()));
        }
        int workers = training ? settings.training().workers() : 0;
        return new Job(settings, training, workers, graph.parameterElements(), planBytes);
    }

    /** The bytes of a checkpoint. */
    long checkpointBytes() {
        return stateVectors() * vectorBytes();
    }

    /** The vectors between two rounds: parameters and velocity, and what the averaging keeps beside them. */
    int stateVectors() {
        int vectors = 2;
        vectors += settings.averaging().takesOuterStep() ? 1 : 0;
        vectors += settings.averaging().movingAverageDecay() > 0 ? 1 : 0;
        return vectors;
    }

    /** The bytes of a vector of parameters. */
    long vectorBytes() {
        return parameters * Float.BYTES;
    }
}
