package io.dcd.engine.peer;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.plan.Trainer;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Predicate;

/**
 * Another library that runs the same network, to measure against. It is found as a service on the class path; the
 * Maven profile {@code peer} puts one there.
 */
public interface Peer {
    /** The library's name. */
    String name();

    /**
     * Makes the steps of {@code workload} ready to run on {@code threads} threads.
     *
     * @throws UnsupportedOperationException if the library has no such network
     */
    Steps prepare(Workload workload, int threads);

    /**
     * Makes a trainer of {@code workload}, without dropout.
     *
     * @param decays which parameters weight decay applies to
     * @throws UnsupportedOperationException if the library has no such network
     */
    Trainer trainer(Workload workload, Predicate<Parameter> decays, int threads);

    /** The peer on the class path, if there is one. */
    static Optional<Peer> find() {
        return ServiceLoader.load(Peer.class).findFirst();
    }

    /** Steps that can be timed one by one. */
    interface Steps extends AutoCloseable {
        /** Runs one step. */
        void run();

        @Override
        void close();
    }
}
