package io.dcd.engine.plan;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.BatchReduction;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.backend.PixelBuffer;
import io.dcd.engine.backend.ReductionMemory;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.engine.operation.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

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
    private final Map<Task, Map<Tensor, GradientMode>> gradientModes = new HashMap<>();
    private final Buffer arena;
    private final List<Buffer> scratch = new ArrayList<>();
    private final List<TemporaryMemory> temporaries = new ArrayList<>();
    private final Buffer parameters;
    private final List<Buffer> parameterGradients = new ArrayList<>();
    private final Optional<PixelBuffer> pixels;
    private final Map<Integer, BatchReduction> reductions = new HashMap<>();
    private final List<Segment> forward;
    private final List<Segment> backward;
    private final SliceThreads workers;
    private long step;
    private boolean closed;

    /** What the threads do between two moments at which they wait for each other; {@code combine} follows it. */
    private record Segment(
            Backend backend, List<List<Kernel>> kernels, List<BatchReduction> reductions, boolean backward)
            implements SliceThreads.Job {
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
    }

    /** Lays out the memory of {@code graph} and makes its kernels; the parameters are zero until written. */
    public Plan(Graph graph, Backend backend, PlanOptions options) {
        GraphCheck.check(graph);
        this.graph = graph;
        this.options = options;
        this.backend = backend;
        this.threads = Math.min(backend.threads(), options.batch());
        this.program = options.training() ? backend.rewrite(graph) : graph;
        GradientFlow gradients = new GradientFlow(program, options.inputGradients());
        Schedule schedule = Schedule.of(program, gradients, options.training());
        int share = (options.batch() + threads - 1) / threads;
        this.placement = new Placement(program, options, schedule, gradients, share, backend);
        findGradientModes(schedule, gradients);
        this.arena = backend.allocate(Math.max(1, placement.arenaElements()));
        this.parameters = backend.allocate(Math.max(1, graph.parameterElements()));
        for (int i = 0; i < threads; i++) {
            scratch.add(backend.allocate(Math.max(1, placement.scratchElements())));
            temporaries.add(new TemporaryMemory());
            if (options.training()) {
                parameterGradients.add(backend.allocate(parameters.elements()));
            }
        }
        this.pixels = graph.operations().stream()
                .filter(ImageNormalization.class::isInstance)
                .findFirst()
                .map(source -> backend.allocatePixels(
                        (long) options.batch() * source.output().shape().elements()));
        backend.prepareThread();
        if (options.training()) {
            makeReductions();
        }
        this.forward = segments(0, placement.forwardStages());
        this.backward = segments(placement.forwardStages(), placement.stages().size());
        temporaries.forEach(temporary -> temporary.allocate(backend));
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
        return parameters;
    }

    /**
     * The flat gradient vector, which {@link #backward} fills; zero where there is no gradient. Gathers what the threads
     * have summed each for itself.
     */
    public Buffer parameterGradients() {
        requireTraining();
        Buffer first = parameterGradients.get(0);
        if (threads > 1) {
            double[] sum = new double[(int) first.elements()];
            double[] share = new double[sum.length];
            for (Buffer gradient : parameterGradients) {
                gradient.read(share);
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += share[i];
                }
                gradient.clear();
            }
            first.write(sum);
        }
        return first;
    }

    /** The values of one of the graph's inputs, to be written before {@link #forward}. */
    public Buffer input(Tensor tensor) {
        if (!graph.inputs().contains(tensor)) {
            throw new IllegalArgumentException(tensor + " is no input of this plan");
        }
        return placement.value(tensor, Slice.all(options.batch()), arena(), arena);
    }

    /** The gradient of one of the graph's inputs, from {@link #backward} to the next {@link #forward}. */
    public Buffer inputGradient(Tensor tensor) {
        requireTraining();
        if (!graph.inputs().contains(tensor) || !options.inputGradients()) {
            throw new IllegalArgumentException("this plan computes no gradient of " + tensor);
        }
        return placement.gradient(tensor, Slice.all(options.batch()), arena(), arena);
    }

    /** The batch of images, to be written before {@link #forward}. */
    public PixelBuffer pixels() {
        requireOpen();
        return pixels.orElseThrow(() -> new IllegalStateException("this graph does not read pixels"));
    }

    /** The result, after {@link #forward}. */
    public Buffer output() {
        return placement.value(graph.output(), Slice.all(options.batch()), arena(), arena);
    }

    /** The gradient of the result, to be written before {@link #backward}. */
    public Buffer outputGradient() {
        requireTraining();
        return placement.gradient(graph.output(), Slice.all(options.batch()), arena(), arena);
    }

    /** The number of values in the memory that values and gradients share, the threads' scratch included. */
    public long arenaElements() {
        return arena.elements() + scratch.stream().mapToLong(Buffer::elements).sum();
    }

    /** Sets the number of the step about to run, on which random decisions depend. */
    public void step(long number) {
        step = number;
    }

    /** Runs all operations. */
    public void forward() {
        run(forward);
    }

    /** Runs all backward passes, from the gradient of the result to those of the parameters. */
    public void backward() {
        requireTraining();
        onAllThreads(thread -> parameterGradients.get(thread).clear());
        run(backward);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            workers.close();
            forward.forEach(Plan::closeKernels);
            backward.forEach(Plan::closeKernels);
            reductions.values().forEach(BatchReduction::close);
            pixels.ifPresent(PixelBuffer::close);
            parameterGradients.forEach(Buffer::close);
            parameters.close();
            scratch.forEach(Buffer::close);
            temporaries.forEach(TemporaryMemory::close);
            arena.close();
        }
    }

    /** The number of threads among which the batch is divided. */
    int threads() {
        return threads;
    }

    /** The gradient vectors of all threads, whose sum is the gradient. */
    List<Buffer> gradientsOfThreads() {
        return List.copyOf(parameterGradients);
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

    private void findGradientModes(Schedule schedule, GradientFlow gradients) {
        Set<Tensor> written = new HashSet<>();
        written.add(graph.output());
        for (Stage stage : schedule.backward()) {
            for (Task task : stage.tasks()) {
                if (task.phase().reduces()) {
                    continue;
                }
                Map<Tensor, GradientMode> modes = new HashMap<>();
                for (Tensor input : program.operations().get(task.operation()).inputs()) {
                    if (gradients.needed(input)) {
                        modes.put(input, written.add(input) ? GradientMode.OVERWRITE : GradientMode.ACCUMULATE);
                    }
                }
                gradientModes.put(task, modes);
            }
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

    private static void closeKernels(Segment segment) {
        segment.kernels().forEach(kernels -> kernels.forEach(Kernel::close));
    }

    private Buffer arena() {
        requireOpen();
        return arena;
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
            return parameters.slice(parameter.offset(), parameter.elements());
        }

        @Override
        public Buffer parameterGradient(Parameter parameter) {
            return parameterGradients.get(0).slice(parameter.offset(), parameter.elements());
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
            return placement.value(tensor, slice, arena, scratch.get(thread));
        }

        @Override
        public Buffer gradient(Tensor tensor) {
            return placement.gradient(tensor, slice, arena, scratch.get(thread));
        }

        @Override
        public GradientMode gradientMode(Tensor input) {
            return gradientModes.getOrDefault(task, Map.of()).getOrDefault(input, GradientMode.NONE);
        }

        @Override
        public Buffer parameter(Parameter parameter) {
            return parameters.slice(parameter.offset(), parameter.elements());
        }

        @Override
        public Buffer parameterGradient(Parameter parameter) {
            requireTraining();
            return parameterGradients.get(thread).slice(parameter.offset(), parameter.elements());
        }

        @Override
        public BatchReduction reduction() {
            return reductions.get(task.operation());
        }

        @Override
        public PixelBuffer pixels() {
            long sample = Plan.this.pixels().bytes() / options.batch();
            return Plan.this.pixels().slice(slice.first() * sample, slice.samples() * sample);
        }

        @Override
        public void scratch(long elements, Consumer<Buffer> user) {
            temporaries.get(thread).request(elements, user);
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
