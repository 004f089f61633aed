package io.dcd.engine.plan;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.BatchReduction;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.backend.PixelBuffer;
import io.dcd.engine.backend.ReductionMemory;
import io.dcd.engine.folding.FoldedGraph;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A graph made ready to run on a backend. The batch is divided among the backend's threads, each of which takes its
 * samples through the {@link Stage}s slice by slice; threads wait for each other only where an operation reduces the
 * whole batch. Every value and gradient has its place in memory, every phase of every slice its kernel; running
 * allocates nothing. A plan is used by one thread at a time and owns all of its memory.
 */
public final class Plan implements AutoCloseable {
    private final Graph graph;
    private final Graph program;
    private final PlanOptions options;
    private final Backend backend;
    private final int threads;
    private final Placement placement;
    private final GradientModes gradientModes;
    private final PlanBuffers buffers;
    private final PreparedMemory prepared;
    private final Map<Integer, BatchReduction> reductions = new HashMap<>();
    private final List<Segment> forward;
    private final List<Segment> backward;
    private final SliceThreads workers;
    private long step;
    private boolean closed;

    /** Lays out the memory of {@code graph} and makes its kernels; the parameters are zero until written. */
    public Plan(Graph graph, Backend backend, PlanOptions options) {
        GraphCheck.check(graph);
        this.graph = graph;
        this.options = options;
        this.backend = backend;
        this.threads = Math.min(backend.threads(), options.batch());
        FoldedGraph folded = Program.of(graph, backend, options);
        this.program = folded.graph();
        GradientFlow gradients = new GradientFlow(program, options.inputGradients());
        Schedule schedule = Schedule.of(program, gradients, options.training());
        int share = (options.batch() + threads - 1) / threads;
        this.placement = new Placement(program, options, schedule, gradients, share, backend);
        this.gradientModes = new GradientModes(program, schedule, gradients);
        this.buffers = new PlanBuffers(program, options, placement, threads, backend);
        this.prepared = new PreparedMemory(folded, buffers.parameters());
        backend.prepareThread();
        if (options.training()) {
            makeReductions();
        }
        this.forward = segments(0, placement.forwardStages());
        this.backward = segments(placement.forwardStages(), placement.stages().size());
        buffers.allocateTemporaries(backend);
        this.workers = new SliceThreads(threads);
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
        return options.training() ? buffers.parameters() : prepared.watched();
    }

    /**
     * The flat gradient vector, which {@link #backward} fills; zero where there is no gradient. Gathers what the threads
     * have summed each for itself.
     */
    public Buffer parameterGradients() {
        requireTraining();
        Buffer first = buffers.parameterGradients().get(0);
        if (threads > 1) {
            graph.parameters().forEach(this::gatherGradient);
        }
        return first;
    }

    private void gatherGradient(Parameter parameter) {
        double[] sum = new double[parameter.elements()];
        double[] share = new double[sum.length];
        for (Buffer gradients : buffers.parameterGradients()) {
            Buffer gradient = gradients.slice(parameter.offset(), sum.length);
            gradient.read(share);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += share[i];
            }
            gradient.clear();
        }
        buffers.parameterGradients()
                .get(0)
                .slice(parameter.offset(), sum.length)
                .write(sum);
    }

    /** The values of one of the graph's inputs, to be written before {@link #forward}. */
    public Buffer input(Tensor tensor) {
        if (!graph.inputs().contains(tensor)) {
            throw new IllegalArgumentException(tensor + " is no input of this plan");
        }
        return buffers().value(tensor);
    }

    /** The gradient of one of the graph's inputs, from {@link #backward} to the next {@link #forward}. */
    public Buffer inputGradient(Tensor tensor) {
        requireTraining();
        if (!graph.inputs().contains(tensor) || !options.inputGradients()) {
            throw new IllegalArgumentException("this plan computes no gradient of " + tensor);
        }
        return buffers().gradient(tensor);
    }

    /** The batch of images, to be written before {@link #forward}. */
    public PixelBuffer pixels() {
        return buffers().pixels();
    }

    /** The result, after {@link #forward}. */
    public Buffer output() {
        return buffers().value(graph.output());
    }

    /** The gradient of the result, to be written before {@link #backward}. */
    public Buffer outputGradient() {
        requireTraining();
        return buffers().gradient(graph.output());
    }

    /** The number of values in the memory that values and gradients share, the threads' scratch included. */
    public long arenaElements() {
        return buffers.elements();
    }

    /** Sets the number of the step about to run, on which random decisions depend. */
    public void step(long number) {
        step = number;
    }

    /** Runs all operations. */
    public void forward() {
        requireOpen();
        backend.prepareThread();
        if (!options.training()) {
            prepared.refresh();
        }
        run(forward);
    }

    /** Runs all backward passes, from the gradient of the result to those of the parameters. */
    public void backward() {
        requireTraining();
        onAllThreads(thread -> buffers.parameterGradients().get(thread).clear());
        run(backward);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            workers.close();
            forward.forEach(Segment::close);
            backward.forEach(Segment::close);
            reductions.values().forEach(BatchReduction::close);
            prepared.close();
            buffers.close();
        }
    }

    /** The number of threads among which the batch is divided. */
    int threads() {
        return threads;
    }

    /** The gradient vectors of all threads, whose sum is the gradient. */
    List<Buffer> gradientsOfThreads() {
        return List.copyOf(buffers.parameterGradients());
    }

    /** Runs {@code job} on every thread of the plan. */
    void onAllThreads(SliceThreads.Job job) {
        requireOpen();
        workers.run(thread -> {
            backend.prepareThread();
            job.run(thread);
        });
    }

    private void run(List<Segment> segments) {
        requireOpen();
        for (Segment segment : segments) {
            workers.run(segment);
            segment.combine();
        }
    }

    private void makeReductions() {
        for (int i = 0; i < program.operations().size(); i++) {
            Operation operation = program.operations().get(i);
            if (operation.reducesBatch()) {
                reductions.put(i, backend.reduction(operation, new WholeBatch()));
            }
        }
    }

    private List<Segment> segments(int from, int to) {
        List<Segment> segments = new ArrayList<>();
        List<List<Kernel>> kernels = emptyLists();
        for (int i = from; i < to; i++) {
            Stage stage = placement.stages().get(i);
            List<BatchReduction> reduced = new ArrayList<>();
            for (Task task : stage.tasks()) {
                if (task.phase().reduces()) {
                    reduced.add(reductions.get(task.operation()));
                }
            }
            for (int thread = 0; thread < threads; thread++) {
                Slice share = Slice.all(options.batch()).divide(threads).get(thread);
                for (Slice slice : share.divideIntoAtMost(placement.samples(i))) {
                    for (Task task : stage.tasks()) {
                        Operation operation = program.operations().get(task.operation());
                        KernelMemory memory = new SliceMemory(task, slice, thread);
                        kernels.get(thread).add(backend.kernel(operation, task.phase(), memory));
                    }
                }
            }
            if (!reduced.isEmpty() || i == to - 1) {
                segments.add(new Segment(backend, kernels, reduced, stage.backward()));
                kernels = emptyLists();
            }
        }
        return segments;
    }

    private List<List<Kernel>> emptyLists() {
        List<List<Kernel>> lists = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            lists.add(new ArrayList<>());
        }
        return lists;
    }

    private PlanBuffers buffers() {
        requireOpen();
        return buffers;
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

    /** The memory of an operation's sums over the batch. */
    private final class WholeBatch implements ReductionMemory {
        @Override
        public int batch() {
            return options.batch();
        }

        @Override
        public int threads() {
            return threads;
        }

        @Override
        public Buffer parameter(Parameter parameter) {
            return buffers.parameter(parameter);
        }

        @Override
        public Buffer parameterGradient(Parameter parameter) {
            return buffers.parameterGradient(parameter, 0);
        }
    }

    /** The memory of one phase of one operation on one slice. */
    private final class SliceMemory implements KernelMemory {
        private final Task task;
        private final Slice slice;
        private final int thread;

        SliceMemory(Task task, Slice slice, int thread) {
            this.task = task;
            this.slice = slice;
            this.thread = thread;
        }

        @Override
        public int samples() {
            return slice.samples();
        }

        @Override
        public int firstSample() {
            return slice.first();
        }

        @Override
        public int thread() {
            return thread;
        }

        @Override
        public boolean training() {
            return options.training();
        }

        @Override
        public Buffer value(Tensor tensor) {
            return buffers.value(tensor, task, slice, thread);
        }

        @Override
        public Buffer gradient(Tensor tensor) {
            return buffers.gradient(tensor, slice, thread);
        }

        @Override
        public GradientMode gradientMode(Tensor input) {
            return gradientModes.of(task, input);
        }

        @Override
        public Buffer parameter(Parameter parameter) {
            return buffers.parameter(parameter);
        }

        @Override
        public Buffer parameterGradient(Parameter parameter) {
            requireTraining();
            return buffers.parameterGradient(parameter, thread);
        }

        @Override
        public BatchReduction reduction() {
            return reductions.get(task.operation());
        }

        @Override
        public PixelBuffer pixels() {
            return buffers.pixels(slice);
        }

        @Override
        public <T> T prepared(Object key, Supplier<T> memory, Function<T, Runnable> filler) {
            return prepared.get(key, memory, filler);
        }

        @Override
        public void scratch(long elements, Consumer<Buffer> user) {
            buffers.requestTemporary(thread, elements, user);
        }

        @Override
        public long randomKey() {
            return RandomKeys.key(
                    options.seed(),
                    step,
                    program.operations().get(task.operation()).output().index());
        }
    }
}
