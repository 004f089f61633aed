package io.dcd.engine.plan;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.BatchReduction;
import io.dcd.engine.backend.Kernel;
import java.util.List;

/**
 * What the threads do between two moments at which they wait for each other; {@link #combine} follows it.
 *
 * @param kernels of every thread, in the order in which they run
 * @param reductions to which the kernels have added
 * @param backward whether it belongs to the backward pass
 */
record Segment(Backend backend, List<List<Kernel>> kernels, List<BatchReduction> reductions, boolean backward)
        implements SliceThreads.Job, AutoCloseable {
    @Override
    public void run(int thread) {
        backend.prepareThread();
        List<Kernel> own = kernels.get(thread);
        for (int i = 0; i < own.size(); i++) {
            own.get(i).run();
        }
    }

    void combine() {
        for (BatchReduction reduction : reductions) {
            if (backward) {
                reduction.combineBackward();
            } else {
                reduction.combineForward();
            }
        }
    }

    @Override
    public void close() {
        kernels.forEach(own -> own.forEach(Kernel::close));
    }
}
