package io.dcd.engine.plan;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.backend.PixelBuffer;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.engine.operation.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A graph made ready to run on a backend: every value and gradient has its place in one arena, every operation its
 * kernel. Running it allocates nothing. A plan is used by one thread at a time and owns all of its memory.
 */
public final class Plan implements AutoCloseable {
    private final Graph graph;
    private final PlanOptions options;
    private final Backend backend;
    private final Lifetimes lifetimes;
    private final Buffer arena;
    private final Buffer parameters;
    private final Buffer parameterGradients;
    private final Optional<PixelBuffer> pixels;
    private final List<Kernel> kernels = new ArrayList<>();
    private final List<Consumer<Buffer>> scratchUsers = new ArrayList<>();
    private final Buffer scratch;
    private long scratchElements;
    private long step;
    private boolean closed;

    /** Lays out the memory of {@code graph} and makes its kernels; the parameters are zero until written. */
    public Plan(Graph graph, Backend backend, PlanOptions options) {
        this.graph = graph;
        this.options = options;
        this.backend = backend;
        backend.prepareThread();
        this.lifetimes = new Lifetimes(graph, options);
        this.arena = backend.allocate(new ArenaLayout(lifetimes.blocks()).size());
        this.parameters = backend.allocate(Math.max(1, graph.parameterElements()));
        this.parameterGradients = backend.allocate(options.training() ? parameters.elements() : 1);
        this.pixels = graph.operations().stream()
                .filter(ImageNormalization.class::isInstance)
                .findFirst()
                .map(source -> backend.allocatePixels(
                        (long) options.batch() * source.output().shape().elements()));
        List<Operation> operations = graph.operations();
        for (int i = 0; i < operations.size(); i++) {
            kernels.add(backend.kernel(operations.get(i), new OperationMemory(i)));
        }
        this.scratch = backend.allocate(Math.max(1, scratchElements));
        scratchUsers.forEach(user -> user.accept(scratch));
    }

    /** The graph that this plan runs. */
    public Graph graph() {
        return graph;
    }

    /** The number of samples of each run. */
    public int batch() {
        return options.batch();
    }

    /** The flat parameter vector. */
    public Buffer parameters() {
        return parameters;
    }

    /** The flat gradient vector, which {@link #backward} fills; zero where there is no gradient. */
    public Buffer parameterGradients() {
        requireTraining();
        return parameterGradients;
    }

    /** The values of one of the graph's inputs, to be written before {@link #forward}. */
    public Buffer input(Tensor tensor) {
        if (!graph.inputs().contains(tensor)) {
            throw new IllegalArgumentException(tensor + " is no input of this plan");
        }
        return value(tensor);
    }

    /** The gradient of one of the graph's inputs, from {@link #backward} to the next {@link #forward}. */
    public Buffer inputGradient(Tensor tensor) {
        requireTraining();
        if (!graph.inputs().contains(tensor) || !options.inputGradients()) {
            throw new IllegalArgumentException("this plan computes no gradient of " + tensor);
        }
        return gradient(tensor);
    }

    /** The batch of images, to be written before {@link #forward}. */
    public PixelBuffer pixels() {
        return pixels.orElseThrow(() -> new IllegalStateException("this graph does not read pixels"));
    }

    /** The result, after {@link #forward}. */
    public Buffer output() {
        return value(graph.output());
    }

    /** The gradient of the result, to be written before {@link #backward}. */
    public Buffer outputGradient() {
        requireTraining();
        return gradient(graph.output());
    }

    /** The number of values in the memory that values and gradients share. */
    public long arenaElements() {
        return arena.elements();
    }

    /** Sets the number of the step about to run, on which random decisions depend. */
    public void step(long number) {
        step = number;
    }

    /** Runs all operations. */
    public void forward() {
        requireOpen();
        backend.prepareThread();
        for (Kernel kernel : kernels) {
            kernel.forward();
        }
    }

    /** Runs all backward passes, from the gradient of the result to those of the parameters. */
    public void backward() {
        requireOpen();
        requireTraining();
        backend.prepareThread();
        for (int i = kernels.size() - 1; i >= 0; i--) {
            if (lifetimes.runsBackward(i)) {
                kernels.get(i).backward();
            }
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            kernels.forEach(Kernel::close);
            pixels.ifPresent(PixelBuffer::close);
            parameterGradients.close();
            parameters.close();
            scratch.close();
            arena.close();
        }
    }

    Backend backend() {
        return backend;
    }

    private Buffer value(Tensor tensor) {
        return slice(lifetimes.value(tensor));
    }

    private Buffer gradient(Tensor tensor) {
        return slice(lifetimes.gradient(tensor));
    }

    private Buffer slice(ArenaLayout.Block block) {
        requireOpen();
        return arena.slice(block.offset(), block.elements());
    }

    private void requireTraining() {
        if (!options.training()) {
            throw new IllegalStateException("this plan is for inference and has no gradients");
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the plan is closed");
        }
    }

    /** The memory of one operation's kernel. */
    private final class OperationMemory implements KernelMemory {
        private final int operation;

        OperationMemory(int operation) {
            this.operation = operation;
        }

        @Override
        public int batch() {
            return options.batch();
        }

        @Override
        public boolean training() {
            return options.training();
        }

        @Override
        public Buffer value(Tensor tensor) {
            return Plan.this.value(tensor);
        }

        @Override
        public Buffer gradient(Tensor tensor) {
            return Plan.this.gradient(tensor);
        }

        @Override
        public GradientMode gradientMode(Tensor input) {
            return lifetimes.mode(operation, input);
        }

        @Override
        public Buffer parameter(Parameter parameter) {
            return parameters.slice(parameter.offset(), parameter.elements());
        }

        @Override
        public Buffer parameterGradient(Parameter parameter) {
            requireTraining();
            return parameterGradients.slice(parameter.offset(), parameter.elements());
        }

        @Override
        public PixelBuffer pixels() {
            return Plan.this.pixels();
        }

        @Override
        public void scratch(long elements, Consumer<Buffer> user) {
            scratchElements = Math.max(scratchElements, elements);
            scratchUsers.add(user);
        }

        @Override
        public long randomKey() {
            return RandomKeys.key(options.seed(), step, operation);
        }
    }
}
