package io.dcd.engine.bench;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.backend.LossKernel;
import io.dcd.engine.backend.LossMemory;
import io.dcd.engine.backend.PixelBuffer;
import io.dcd.engine.backend.UpdateKernel;
import io.dcd.engine.backend.UpdateMemory;
import io.dcd.engine.operation.Operation;
import java.util.ArrayList;
import java.util.List;

/** A backend that takes the time of every kernel of another. */
final class ProfilingBackend implements Backend {
    private final Backend backend;
    private final List<TimedKernel> kernels = new ArrayList<>();

    ProfilingBackend(Backend backend) {
        this.backend = backend;
    }

    /** The kernels so far, in the order in which they were made. */
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
    public Buffer allocate(long elements) {
        return backend.allocate(elements);
    }

    @Override
    public PixelBuffer allocatePixels(long bytes) {
        return backend.allocatePixels(bytes);
    }

    @Override
    public Kernel kernel(Operation operation, KernelMemory memory) {
        TimedKernel kernel = new TimedKernel(operation, backend.kernel(operation, memory));
        kernels.add(kernel);
        return kernel;
    }

    @Override
    public LossKernel lossKernel(LossMemory memory) {
        return backend.lossKernel(memory);
    }

    @Override
    public UpdateKernel updateKernel(UpdateMemory memory) {
        return backend.updateKernel(memory);
    }

    /** A kernel and the nanoseconds of its fastest passes since the last reset: a busy machine disturbs the others. */
    static final class TimedKernel implements Kernel {
        private final Operation operation;
        private final Kernel kernel;
        private long forward = Long.MAX_VALUE;
        private long backward = Long.MAX_VALUE;

        TimedKernel(Operation operation, Kernel kernel) {
            this.operation = operation;
            this.kernel = kernel;
        }

        Operation operation() {
            return operation;
        }

        long forwardNanoseconds() {
            return forward == Long.MAX_VALUE ? 0 : forward;
        }

        long backwardNanoseconds() {
            return backward == Long.MAX_VALUE ? 0 : backward;
        }

        void reset() {
            forward = Long.MAX_VALUE;
            backward = Long.MAX_VALUE;
        }

        @Override
        public void forward() {
            long begin = System.nanoTime();
            kernel.forward();
            forward = Math.min(forward, System.nanoTime() - begin);
        }

        @Override
        public void backward() {
            long begin = System.nanoTime();
            kernel.backward();
            backward = Math.min(backward, System.nanoTime() - begin);
        }

        @Override
        public void close() {
            kernel.close();
        }
    }
}
