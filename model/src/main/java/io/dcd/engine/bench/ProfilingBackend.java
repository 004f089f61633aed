package io.dcd.engine.bench;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.BatchReduction;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.backend.LossKernel;
import io.dcd.engine.backend.LossMemory;
import io.dcd.engine.backend.Phase;
import io.dcd.engine.backend.PixelBuffer;
import io.dcd.engine.backend.ReductionMemory;
import io.dcd.engine.backend.UpdateKernel;
import io.dcd.engine.backend.UpdateMemory;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.operation.Operation;
import java.util.ArrayList;
import java.util.List;

/** A backend that takes the time of every kernel of another, of those that the first thread of a plan runs. */
final class ProfilingBackend implements Backend {
    private final Backend backend;
    private final List<TimedKernel> kernels = new ArrayList<>();

    ProfilingBackend(Backend backend) {
        this.backend = backend;
    }

    /** The timed kernels so far. */
    List<TimedKernel> kernels() {
        return kernels;
    }

    /** Forgets the times so far. */
    void reset() {
        kernels.forEach(TimedKernel::reset);
    }

    @Override
    public String name() {
        return backend.name();
    }

    @Override
    public void prepareThread() {
        backend.prepareThread();
    }

    @Override
    public Graph rewrite(Graph graph) {
        return backend.rewrite(graph);
    }

    @Override
    public Buffer allocate(long elements) {
        return backend.allocate(elements);
    }

    @Override
    public PixelBuffer allocatePixels(long bytes) {
        return backend.allocatePixels(bytes);
    }

    @Override
    public int threads() {
        return backend.threads();
    }

    @Override
    public long sliceElements() {
        return backend.sliceElements();
    }

    @Override
    public Kernel kernel(Operation operation, Phase phase, KernelMemory memory) {
        Kernel kernel = backend.kernel(operation, phase, memory);
        if (memory.thread() > 0) {
            return kernel;
        }
        TimedKernel timed = new TimedKernel(operation, phase, kernel);
        kernels.add(timed);
        return timed;
    }

    @Override
    public BatchReduction reduction(Operation operation, ReductionMemory memory) {
        return backend.reduction(operation, memory);
    }

    @Override
    public LossKernel lossKernel(LossMemory memory) {
        return backend.lossKernel(memory);
    }

    @Override
    public UpdateKernel updateKernel(UpdateMemory memory) {
        return backend.updateKernel(memory);
    }

    /** A kernel and the nanoseconds of its fastest run since the last reset: a busy machine disturbs the others. */
    static final class TimedKernel implements Kernel {
        private final Operation operation;
        private final Phase phase;
        private final Kernel kernel;
        private long fastest = Long.MAX_VALUE;

        TimedKernel(Operation operation, Phase phase, Kernel kernel) {
            this.operation = operation;
            this.phase = phase;
            this.kernel = kernel;
        }

        Operation operation() {
            return operation;
        }

        Phase phase() {
            return phase;
        }

        long nanoseconds() {
            return fastest == Long.MAX_VALUE ? 0 : fastest;
        }

        void reset() {
            fastest = Long.MAX_VALUE;
        }

        @Override
        public void run() {
            long begin = System.nanoTime();
            kernel.run();
            fastest = Math.min(fastest, System.nanoTime() - begin);
        }

        @Override
        public void close() {
            kernel.close();
        }
    }
}
