package io.dcd.engine.bench;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Operation;
import io.dcd.engine.peer.Workload;
import io.dcd.engine.plan.InferencePlan;
import io.dcd.engine.plan.Plan;
import io.dcd.engine.plan.StepSettings;
import io.dcd.engine.plan.TrainingPlan;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Times the steps of a graph that reads images and writes logits, on random images and labels. */
public final class Benchmark implements AutoCloseable {
    /** Small enough that random labels do not make the network diverge within a few hundred steps. */
    private static final StepSettings SETTINGS = new StepSettings(1e-4, 0.9, 2e-5);

    private static final long SEED = 1;

    private final Graph graph;
    private final ProfilingBackend backend;
    private final int batch;
    private final AutoCloseable owner;
    private final Plan plan;
    private final Runnable step;
    private long number;

    /** Compiles a plan. */
    public Benchmark(Workload workload, Backend backend) {
        this.graph = workload.graph();
        this.backend = new ProfilingBackend(backend);
        this.batch = workload.batch();
        Random random = new Random(SEED);
        int classes = graph.output().shape().elements();
        switch (workload.mode()) {
            case TRAIN -> {
                TrainingPlan training = new TrainingPlan(graph, this.backend, batch, SEED, parameter -> true);
                plan = training.plan();
                owner = training;
                ByteBuffer images = images(random);
                float[] labels = new float[batch * classes];
                for (int n = 0; n < batch; n++) {
                    labels[n * classes + random.nextInt(classes)] = 1;
                }
                step = () -> training.step(number++, images, labels, SETTINGS);
            }
            case INFER -> {
                InferencePlan inference = new InferencePlan(graph, this.backend, batch);
                plan = inference.plan();
                owner = inference;
                ByteBuffer images = images(random);
                float[] logits = new float[batch * classes];
                step = () -> inference.predict(images, logits);
            }
            default -> throw new AssertionError(workload.mode());
        }
        plan.parameters().write(workload.parameters());
    }

    private ByteBuffer images(Random random) {
        byte[] bytes = new byte[(int) plan.pixels().bytes()];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    /** Runs one step and returns its milliseconds. */
    double step() {
        long begin = System.nanoTime();
        step.run();
        return (System.nanoTime() - begin) / 1e6;
    }

    /**
     * Warms up and takes the median of many steps.
     *
     * @param profile whether to tell the cost of every operation
     */
    public BenchmarkResult run(WarmUp warmUp, int repeats, boolean profile) {
        if (repeats < 1) {
            throw new IllegalArgumentException("at least one measured step is needed, got " + repeats);
        }
        warmUp.run(this::step);
        backend.reset();
        double[] times = new double[repeats];
        for (int i = 0; i < repeats; i++) {
            times[i] = step();
        }
        return new BenchmarkResult(median(times), plan.arenaElements() * Float.BYTES, profile ? costs() : List.of());
    }

    /** The middle of the sorted values, or the mean of the two in the middle. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private List<OperationCost> costs() {
        return backend.kernels().stream()
                .map(ProfilingBackend.TimedKernel::operation)
                .distinct()
                .map(operation -> new OperationCost(
                        operation.output().name(),
                        operation.getClass().getSimpleName(),
                        operation.output().shape().toString(),
                        milliseconds(operation, false),
                        milliseconds(operation, true),
                        bytes(operation)))
                .toList();
    }

    /** The time of the first thread for its share of the batch, all slices together. */
    private double milliseconds(Operation operation, boolean backward) {
        return backend.kernels().stream()
                        .filter(kernel -> kernel.operation() == operation
                                && kernel.phase().backward() == backward)
                        .mapToLong(ProfilingBackend.TimedKernel::nanoseconds)
                        .sum()
                / 1e6;
    }

    private long bytes(Operation operation) {
        long perSample = operation.output().shape().elements();
        for (Tensor input : operation.inputs()) {
            perSample += input.shape().elements();
        }
        long parameters =
                operation.parameters().stream().mapToLong(Parameter::elements).sum();
        return Float.BYTES * (perSample * batch + parameters);
    }

    @Override
    public void close() {
        try {
            owner.close();
        } catch (Exception exception) {
            throw new IllegalStateException(exception);
        }
    }
}
