package io.dcd.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.Convolution;
import io.dcd.engine.operation.MaxPooling;
import io.dcd.engine.operation.Operation;
import io.dcd.engine.plan.Plan;
import io.dcd.engine.plan.PlanOptions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Compares an engine graph with the same mathematics in libtorch, from the same random values. */
public final class TorchOracle {
    /** What two computations in float of the same thing may differ by, relative to their norm. */
    public static final double FLOAT_TOLERANCE = 1e-4;

    /** Changes smaller than this part of a parameter's norm are lost to the rounding of its values in double. */
    private static final double SMALLEST_CHANGE = 1e-6;

    /** The same in float. */
    private static final double SMALLEST_CHANGE_IN_FLOAT = 1e-2;

    private static final int STEPS = 3;

    /**
     * The part of the loss by which a step lowers it. The squares of all gradients sum to 300 in one network and to more than
     * 1e9 in another (ResNet-10 and ResNet-50 with DCD at random points): steps of one learning rate would be nothing in the
     * first, and in the second throw the parameters so far that each step multiplies the rounding of those before by 1e4.
     */
    private static final double SHARE_OF_LOSS = 0.1;

    /** Both err by chance in float, and libtorch forms some sums in double; a wrong term errs by a thousand times as much. */
    private static final double ROUNDING_FACTOR = 10;

    /**
     * A max pooling has no point away from its kinks: of its 1e5 windows some have two largest values that rounding may
     * switch, and one that is switched changes the gradients of the weights before it by some thousandths. In double, where
     * that does not happen, they have no such allowance.
     */
    private static final double SWITCHED_WINDOWS = 2e-2;

    private static final String BEFORE_POOLING = " before a max pooling";

    /** Below this part of the largest gradient's norm a gradient is that of a shift before a batch norm: zero but for rounding. */
    private static final double SMALLEST_GRADIENT = 1e-3;

    /** Below this a value is zero but for rounding. */
    private static final double SMALLEST_VALUE = 1e-6;

    private final Graph graph;
    private final Backend backend;
    private final double tolerance;
    private final TorchNetwork network;
    private final Random random;
    private final Problem problem;
    private final Set<Parameter> weightsBeforePooling;
    private double largestDifference;

    /** Compares at a random point. */
    public TorchOracle(Graph graph, int batch, Backend backend, double tolerance, TorchNetwork network, long seed) {
        this(graph, batch, backend, tolerance, network, Point.RANDOM, seed);
    }

    /**
     * Compares {@code graph} on {@code backend} with {@code network}.
     *
     * @param tolerance of the Euclidean norm of the difference over that of the array compared
     * @param seed of the random values
     */
    public TorchOracle(
            Graph graph, int batch, Backend backend, double tolerance, TorchNetwork network, Point point, long seed) {
        this.random = new Random(seed);
        this.graph = graph;
        this.backend = backend;
        this.tolerance = tolerance;
        this.network = network;
        this.problem = Problem.draw(graph, batch, point, random);
        this.weightsBeforePooling = weightsBeforePooling(graph);
    }

    /** The largest relative difference that was found. */
    public double largestDifference() {
        return largestDifference;
    }

    /** Compares result, gradients of input and parameters, and running statistics of one training pass. */
    public void checkPass() {
        try (Plan plan = new Plan(
                        graph, backend, PlanOptions.training(problem.batch(), 1).withInputGradients());
                TorchParameters expected = new TorchParameters(graph, problem.parameters(), torch.ScalarType.Double)) {
            TensorScope.releasing(() -> comparePass(plan, expected));
        }
    }

    private void comparePass(Plan plan, TorchParameters expected) {
        Tensor x = images(expected.precision());
        x.set_requires_grad(true);
        Tensor y = network.forward(new TorchLayers(expected, true), x);
        plan.parameters().write(problem.parameters());
        plan.input(graph.inputs().get(0)).write(problem.input());
        plan.forward();
        assertClose("result", EngineRun.read(plan.output()), FeatureMaps.channelsLast(y), SMALLEST_VALUE);

        float[] gradient = new float[Math.toIntExact(plan.output().elements())];
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) random.nextDouble(-1, 1);
        }
        Shape shape = graph.output().shape();
        Tensor theirs = FeatureMaps.channelsFirst(gradient, problem.batch(), shape, expected.precision());
        torch.sum(y.mul(theirs.reshape_as(y))).backward();
        plan.outputGradient().write(gradient);
        plan.backward();
        assertClose(
                "gradient of the input",
                EngineRun.read(plan.inputGradient(graph.inputs().get(0))),
                FeatureMaps.channelsLast(x.grad()),
                SMALLEST_VALUE);
        Buffer ours = plan.parameterGradients();
        double smallest = SMALLEST_GRADIENT
                * trainable().stream()
                        .mapToDouble(parameter -> norm(expected.gradient(parameter)))
                        .max()
                        .orElse(0);
        for (Parameter parameter : graph.parameters()) {
            Buffer values = plan.parameters().slice(parameter.offset(), parameter.elements());
            Buffer gradients = ours.slice(parameter.offset(), parameter.elements());
            assertClose(
                    parameter.name() + " after the pass",
                    EngineRun.read(values),
                    expected.values(parameter),
                    SMALLEST_VALUE);
            if (parameter.kind().trainable()) {
                double[] exact = expected.gradient(parameter);
                assertHasValues(parameter, exact);
                assertClose("gradient of " + parameter.name(), EngineRun.read(gradients), exact, smallest);
            } else {
                assertNoValues(parameter, EngineRun.read(gradients));
            }
        }
    }

    /** Compares the result at inference, where batch norm uses running statistics, of the batch and of one sample. */
    public void checkInference() {
        float[] parameters = settled();
        double[] expected = infer(parameters);
        for (int samples : new int[] {problem.batch(), 1}) {
            try (Plan plan = new Plan(graph, backend, PlanOptions.inference(samples))) {
                plan.parameters().write(parameters);
                Buffer planInput = plan.input(graph.inputs().get(0));
                planInput.write(Arrays.copyOf(problem.input(), Math.toIntExact(planInput.elements())));
                plan.forward();
                double[] actual = EngineRun.read(plan.output());
                assertClose("result at inference", actual, Arrays.copyOf(expected, actual.length), SMALLEST_VALUE);
            }
        }
    }

    private double[] infer(float[] values) {
        try (TorchParameters parameters = new TorchParameters(graph, values, torch.ScalarType.Double)) {
            return TensorScope.releasing(() -> FeatureMaps.channelsLast(forward(parameters, false)));
        }
    }

    /**
     * The parameters with the batch's statistics as running ones. Any others would let values grow from layer to layer, as
     * nothing else holds them in range: those of branches grow with the square of what they read.
     */
    private float[] settled() {
        float[] settled = problem.parameters().clone();
        try (TorchParameters parameters = new TorchParameters(graph, settled, torch.ScalarType.Double)) {
            forward(parameters, true).close();
            for (Parameter parameter : graph.parameters()) {
                if (!parameter.kind().trainable()) {
                    double[] before = problem.parameters(parameter);
                    double[] moved = difference(parameters.values(parameter), before);
                    int first = Math.toIntExact(parameter.offset());
                    for (int i = 0; i < moved.length; i++) {
                        settled[first + i] = (float) (before[i] + moved[i] / TorchLayers.STATISTICS_MOMENTUM);
                    }
                }
            }
        }
        return settled;
    }

    private Tensor forward(TorchParameters parameters, boolean training) {
        NoGradGuard withoutGradients = new NoGradGuard();
        try {
            return TensorScope.keepingResult(
                    () -> network.forward(new TorchLayers(parameters, training), images(parameters.precision())));
        } finally {
            withoutGradients.close();
        }
    }

    /** Compares loss, logits, gradients, parameters and statistics over three steps of SGD with momentum. */
    public void checkTraining() {
        double learningRate = TorchRun.learningRate(problem, network, SHARE_OF_LOSS);
        try (TrainingRun exact = new TorchRun(problem, network, learningRate, torch.ScalarType.Double);
                TrainingRun engine = new EngineRun(problem, backend, learningRate)) {
            for (int step = 0; step < STEPS; step++) {
                exact.step(step);
                engine.step(step);
                assertAgrees(engine, exact, SMALLEST_CHANGE, Map.of());
            }
        }
    }

    /**
     * The same, where of a kind of array (the gradients of all γ, say) in which libtorch itself loses more in float than the
     * tolerance allows, ours may lose some times as much, and where weights before a max pooling have an allowance.
     */
    public void checkTrainingInFloat() {
        double learningRate = TorchRun.learningRate(problem, network, SHARE_OF_LOSS);
        try (TrainingRun exact = new TorchRun(problem, network, learningRate, torch.ScalarType.Double);
                TrainingRun inFloat = new TorchRun(problem, network, learningRate, torch.ScalarType.Float);
                TrainingRun engine = new EngineRun(problem, backend, learningRate)) {
            for (int step = 0; step < STEPS; step++) {
                exact.step(step);
                inFloat.step(step);
                engine.step(step);
                Map<String, Double> allowed = new HashMap<>();
                compare(
                        inFloat,
                        exact,
                        SMALLEST_CHANGE_IN_FLOAT,
                        (kind, name, error) -> allowed.merge(kind, ROUNDING_FACTOR * error, Math::max));
                allowed.replaceAll(
                        (kind, error) -> kind.endsWith(BEFORE_POOLING) ? Math.max(error, SWITCHED_WINDOWS) : error);
                assertAgrees(engine, exact, SMALLEST_CHANGE_IN_FLOAT, allowed);
            }
        }
    }

    /** Requires the tolerance, or what is {@code allowed} to that kind of array where it is more. */
    private void assertAgrees(
            TrainingRun engine, TrainingRun exact, double smallestChange, Map<String, Double> allowed) {
        compare(engine, exact, smallestChange, (kind, name, error) -> {
            assertSmall(kind + name, error, Math.max(tolerance, allowed.getOrDefault(kind, 0.0)));
        });
        for (Parameter parameter : graph.parameters()) {
            if (!parameter.kind().trainable()) {
                assertNoValues(parameter, engine.gradient(parameter));
            }
        }
    }

    /** Takes the error of an array of one kind, relative to its norm. */
    private interface ErrorSink {
        void take(String kind, String name, double error);
    }

    private void compare(TrainingRun actual, TrainingRun exact, double smallestChange, ErrorSink sink) {
        sink.take("loss", "", error(new double[] {actual.loss()}, new double[] {exact.loss()}, 0));
        sink.take("logits", "", error(actual.logits(), exact.logits(), 0));
        double largest = trainable().stream()
                .mapToDouble(parameter -> norm(exact.gradient(parameter)))
                .max()
                .orElse(0);
        for (Parameter parameter : trainable()) {
            double[] gradient = exact.gradient(parameter);
            assertHasValues(parameter, gradient);
            double error = error(actual.gradient(parameter), gradient, SMALLEST_GRADIENT * largest);
            sink.take("gradient of " + kind(parameter), " in " + parameter.layer(), error);
        }
        for (Parameter parameter : graph.parameters()) {
            double[] before = problem.parameters(parameter);
            double error = error(
                    difference(actual.values(parameter), before),
                    difference(exact.values(parameter), before),
                    smallestChange * norm(before));
            sink.take("change of " + kind(parameter), " in " + parameter.layer(), error);
        }
    }

    private String kind(Parameter parameter) {
        return weightsBeforePooling.contains(parameter) ? parameter.key() + BEFORE_POOLING : parameter.key();
    }

    private static Set<Parameter> weightsBeforePooling(Graph graph) {
        List<Operation> operations = graph.operations();
        int end = operations.size();
        while (end > 0 && !(operations.get(end - 1) instanceof MaxPooling)) {
            end--;
        }
        return operations.subList(0, end).stream()
                .filter(Convolution.class::isInstance)
                .flatMap(operation -> operation.parameters().stream())
                .collect(Collectors.toSet());
    }

    private List<Parameter> trainable() {
        return graph.parameters().stream()
                .filter(parameter -> parameter.kind().trainable())
                .toList();
    }

    private Tensor images(torch.ScalarType precision) {
        return FeatureMaps.channelsFirst(problem.input(), problem.batch(), problem.inputShape(), precision);
    }

    private static void assertHasValues(Parameter parameter, double[] gradient) {
        assertThat(Arrays.stream(gradient).anyMatch(value -> value != 0))
                .as("the oracle's gradient of %s has values", parameter.name())
                .isTrue();
    }

    private static void assertNoValues(Parameter statistic, double[] gradient) {
        assertThat(Arrays.stream(gradient).allMatch(value -> value == 0))
                .as("the gradient of %s, which is not trained, is zero", statistic.name())
                .isTrue();
    }

    private void assertClose(String what, double[] actual, double[] expected, double floor) {
        assertSmall(what, error(actual, expected, floor), tolerance);
    }

    private void assertSmall(String what, double error, double allowed) {
        largestDifference = Math.max(largestDifference, error);
        // Written so that NaN fails.
        assertThat(error <= allowed)
                .as("%s differs from libtorch's by %s of its norm, more than %s", what, error, allowed)
                .isTrue();
    }

    /** The Euclidean norm of the difference, relative to that of {@code expected} or to {@code floor}. */
    private static double error(double[] actual, double[] expected, double floor) {
        assertThat(actual).hasSameSizeAs(expected);
        return norm(difference(actual, expected)) / Math.max(norm(expected), floor);
    }

    private static double[] difference(double[] minuend, double[] subtrahend) {
        double[] difference = new double[minuend.length];
        Arrays.setAll(difference, i -> minuend[i] - subtrahend[i]);
        return difference;
    }

    private static double norm(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(value -> value * value).sum());
    }
}
