package io.dcd.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.engine.plan.Plan;
import io.dcd.engine.plan.PlanOptions;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * Runs one graph at one random point on two backends and compares everything that comes out: the output in training and
 * at inference, the gradients of inputs and parameters, the running statistics.
 */
public final class BackendComparison {
    /**
     * Relative to a value and to the root mean square of its vector: float32 keeps 6e-8, sums of some thousand terms of
     * either sign lose a factor of about a hundred, batch normalisation over few values another ten.
     */
    private static final double TOLERANCE = 1e-4;

    /**
     * What is so small beside the largest vector of a pass is zero but for rounding, as the gradient of a shift that a batch
     * normalisation takes away again, and has no digits to compare; in float it may be {@link #VANISHING_IN_FLOAT} of it.
     */
    private static final double VANISHING = 1e-12;

    private static final double VANISHING_IN_FLOAT = 1e-4;

    private static final long SEED = 17;

    private final Graph graph;
    private final int batch;
    private final long seed;

    private BackendComparison(Graph graph, int batch, long seed) {
        this.graph = graph;
        this.batch = batch;
        this.seed = seed;
    }

    /** Asserts that {@code backend} agrees with the reference on {@code graph} for batches of {@code batch} samples. */
    public static void assertAgrees(Backend backend, Graph graph, int batch) {
        assertAgrees(backend, graph, batch, SEED, TOLERANCE);
    }

    /** The same at the point that {@code seed} draws, to within {@code tolerance}. */
    public static void assertAgrees(Backend backend, Graph graph, int batch, long seed, double tolerance) {
        BackendComparison comparison = new BackendComparison(graph, batch, seed);
        assertAgree(comparison.train(backend), comparison.train(new ReferenceBackend()), tolerance);
        assertAgree(comparison.infer(backend), comparison.infer(new ReferenceBackend()), tolerance);
    }

    /** All that one training pass on {@code backend} gives, by name. */
    public static Map<String, double[]> train(Backend backend, Graph graph, int batch) {
        return new BackendComparison(graph, batch, SEED).train(backend);
    }

    /** Asserts that all vectors of two passes agree to within {@code tolerance}. */
    public static void assertAgree(Map<String, double[]> actual, Map<String, double[]> expected, double tolerance) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        double largest = expected.values().stream()
                .mapToDouble(BackendComparison::rootMeanSquare)
                .max()
                .orElseThrow();
        expected.forEach((name, values) -> {
            double magnitude = rootMeanSquare(values);
            double[] others = actual.get(name);
            if (magnitude < VANISHING * largest) {
                assertThat(rootMeanSquare(others)).as(name).isLessThan(VANISHING_IN_FLOAT * largest);
                return;
            }
            for (int i = 0; i < values.length; i++) {
                assertThat(others[i])
                        .as("%s at %d", name, i)
                        .isCloseTo(values[i], within(tolerance * (Math.abs(values[i]) + magnitude)));
            }
        });
    }

    private static double rootMeanSquare(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum / values.length);
    }

    private Map<String, double[]> train(Backend backend) {
        Map<String, double[]> results = new LinkedHashMap<>();
        Random random = new Random(seed);
        PlanOptions options = PlanOptions.training(batch, seed).withInputGradients();
        try (Plan plan = new Plan(graph, backend, options)) {
            fill(plan, random);
            plan.step(3);
            plan.forward();
            results.put("output in training", read(plan.output()));
            plan.outputGradient().write(gaussian(random, plan.outputGradient()));
            plan.backward();
            for (Tensor input : graph.inputs()) {
                results.put("gradient of " + input, read(plan.inputGradient(input)));
            }
            for (Parameter parameter : graph.parameters()) {
                boolean trainable = parameter.kind().trainable();
                Buffer vector = trainable ? plan.parameterGradients() : plan.parameters();
                results.put(
                        (trainable ? "gradient of " : "value of ") + parameter.name(),
                        read(vector.slice(parameter.offset(), parameter.elements())));
            }
        }
        return results;
    }

    private Map<String, double[]> infer(Backend backend) {
        try (Plan plan = new Plan(graph, backend, PlanOptions.inference(batch))) {
            fill(plan, new Random(seed));
            plan.forward();
            return Map.of("output at inference", read(plan.output()));
        }
    }

    private void fill(Plan plan, Random random) {
        for (Tensor input : graph.inputs()) {
            plan.input(input).write(gaussian(random, plan.input(input)));
        }
        if (graph.operations().stream().anyMatch(ImageNormalization.class::isInstance)) {
            byte[] bytes = new byte[(int) plan.pixels().bytes()];
            random.nextBytes(bytes);
            plan.pixels().write(ByteBuffer.wrap(bytes));
        }
        for (Parameter parameter : graph.parameters()) {
            Buffer values = plan.parameters().slice(parameter.offset(), parameter.elements());
            double[] point = gaussian(random, values);
            if (parameter.kind() == Parameter.Kind.STATISTIC) {
                for (int i = 0; i < point.length; i++) {
                    point[i] = 0.5 + Math.abs(point[i]); // a variance is positive
                }
            }
            values.write(point);
        }
    }

    /** Numbers that a float holds exactly, so that both backends start from the same point. */
    private static double[] gaussian(Random random, Buffer buffer) {
        double[] values = new double[(int) buffer.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static double[] read(Buffer buffer) {
        double[] values = new double[(int) buffer.elements()];
        buffer.read(values);
        return values;
    }
}
