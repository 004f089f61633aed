package io.dcd.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.plan.Plan;
import io.dcd.engine.plan.PlanOptions;
import io.dcd.engine.plan.StepSettings;
import io.dcd.engine.plan.TrainingPlan;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Compares an engine graph with the same mathematics in libtorch, from the same random values. */
public final class TorchOracle {
    /** What two computations in float of the same thing may differ by, relative to their norm. */
    public static final double FLOAT_TOLERANCE = 1e-4;

    /** Changes smaller than this part of a parameter's norm are lost to the rounding of its values in float. */
    private static final double SMALLEST_CHANGE = 1e-2;

    private static final double MOMENTUM = 0.9;
    private static final double WEIGHT_DECAY = 10;
    private static final int STEPS = 3;

    /** Both err by chance in float, and libtorch forms some sums in double; a wrong term errs by a thousand times as much. */
    private static final double ROUNDING_FACTOR = 10;

    /** Below this part of the largest gradient's norm a gradient is that of a shift before a batch norm: zero but for rounding. */
    private static final double SMALLEST_GRADIENT = 1e-3;

    /** Of so many channels one is shut and one saturated where the point is {@link Point#AWAY_FROM_KINKS}. */
    private static final int PATTERN = 8;

    /** The parameters of a comparison. */
    public enum Point {
        /** Batch norms have scales near 1 and shifts near 0: every sample has its own pattern of units that are off. */
        RANDOM(1e-6),
        /**
         * Batch norms have small scales, and shifts that hold each channel inside, below or above what ReLU6 lets through. No
         * rounding can then switch a unit, which would change a gradient by percents, and errors do not grow from layer to
         * layer as they do at random points: what is left is the arithmetic.
         */
        AWAY_FROM_KINKS(1e-4);

        /** Gradients reach thousands at random points: larger steps would amplify rounding beyond all bounds. */
        private final double learningRate;

        Point(double learningRate) {
            this.learningRate = learningRate;
        }
    }

    private final Graph graph;
    private final int batch;
    private final Backend backend;
    private final double tolerance;
    private final TorchNetwork network;
    private final Point point;
    private final Random random;
    private final double[] parameters;
    private final double[] input;
    private final float[] labels;
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
        this.batch = batch;
        this.backend = backend;
        this.tolerance = tolerance;
        this.network = network;
        this.point = point;
        this.parameters = randomParameters();
        // Rounded to float as the parameters are.
        this.input = random.doubles(batch * inputShape().elements(), -2, 2)
                .map(value -> (float) value)
                .toArray();
        this.labels = softLabels();
    }

    /** The largest relative difference that was found. */
    public double largestDifference() {
        return largestDifference;
    }

    /** Compares result, gradients of input and parameters, and running statistics of one training pass. */
    public void checkPass() {
        releasing(this::comparePass);
    }

    private void comparePass() {
        TorchParameters expected = new TorchParameters(graph, parameters);
        try (Plan plan = new Plan(graph, backend, PlanOptions.training(batch, 1).withInputGradients())) {
            Tensor x = torchInput().set_requires_grad(true);
            Tensor y = network.forward(new TorchLayers(expected, true), x);
            plan.parameters().write(parameters);
            Buffer planInput = plan.input(graph.inputs().get(0));
            planInput.write(input);
            plan.forward();
            assertClose("result", read(plan.output()), channelsLast(y));

            double[] gradient = random.doubles(plan.output().elements(), -1, 1).toArray();
            Shape shape = graph.output().shape();
            torch.sum(y.mul(channelsFirst(gradient, shape, y))).backward();
            plan.outputGradient().write(gradient);
            plan.backward();
            assertClose(
                    "gradient of the input",
                    read(plan.inputGradient(graph.inputs().get(0))),
                    channelsLast(x.grad()));
            assertGradients(expected, plan.parameterGradients());
            for (Parameter parameter : graph.parameters()) {
                Buffer slice = plan.parameters().slice(parameter.offset(), parameter.elements());
                assertClose(parameter.name() + " after the pass", read(slice), expected.values(parameter));
            }
        }
    }

    /** Compares the result at inference, where batch norm uses running statistics, of the batch and of one sample. */
    public void checkInference() {
        releasing(this::compareInference);
    }

    private void compareInference() {
        TorchParameters fixed = new TorchParameters(graph, inferenceParameters());
        double[] expected = channelsLast(network.forward(new TorchLayers(fixed, false), torchInput()));
        for (int samples : new int[] {batch, 1}) {
            try (Plan plan = new Plan(graph, backend, PlanOptions.inference(samples))) {
                plan.parameters().write(inferenceParameters());
                Buffer planInput = plan.input(graph.inputs().get(0));
                planInput.write(Arrays.copyOf(input, Math.toIntExact(planInput.elements())));
                plan.forward();
                double[] actual = read(plan.output());
                assertClose("result at inference", actual, Arrays.copyOf(expected, actual.length));
            }
        }
    }

    /** Compares loss, logits, gradients, parameters and statistics over three steps of SGD with momentum. */
    public void checkTraining() {
        releasing(() -> compareTraining(Optional.empty()));
    }

    /**
     * The same, where of a kind of array (the gradients of all γ, say) in which libtorch itself loses more in float than the
     * tolerance allows, ours may lose some times as much.
     */
    public void checkTrainingInFloat() {
        releasing(() -> compareTraining(Optional.of(torch.ScalarType.Float)));
    }

    private void compareTraining(Optional<torch.ScalarType> precision) {
        TrainingRun exact = new TorchRun(torch.ScalarType.Double);
        Optional<TrainingRun> inFloat = precision.map(TorchRun::new);
        try (TrainingPlan plan = new TrainingPlan(graph, backend, batch, 1, parameter -> true)) {
            EngineRun engine = new EngineRun(plan);
            for (int step = 0; step < STEPS; step++) {
                exact.step(step);
                engine.step(step);
                Map<String, Double> rounding = new HashMap<>();
                if (inFloat.isPresent()) {
                    inFloat.get().step(step);
                    compare(inFloat.get(), exact, (kind, name, error) -> rounding.merge(kind, error, Math::max));
                }
                compare(
                        engine,
                        exact,
                        (kind, name, error) -> assertSmall(
                                kind + name,
                                error,
                                Math.max(tolerance, ROUNDING_FACTOR * rounding.getOrDefault(kind, 0.0))));
                engine.assertStatisticsHaveNoGradient();
            }
        }
    }

    /** Takes the error of an array of one kind, relative to its norm. */
    private interface ErrorSink {
        void take(String kind, String name, double error);
    }

    private void compare(TrainingRun actual, TrainingRun exact, ErrorSink sink) {
        sink.take("loss", "", error(new double[] {actual.loss()}, new double[] {exact.loss()}, 0));
        sink.take("logits", "", error(actual.logits(), exact.logits(), 0));
        List<Parameter> trainable = graph.parameters().stream()
                .filter(parameter -> parameter.kind().trainable())
                .toList();
        double largest = trainable.stream()
                .mapToDouble(parameter -> norm(exact.gradient(parameter)))
                .max()
                .orElse(0);
        for (Parameter parameter : trainable) {
            double[] gradient = exact.gradient(parameter);
            assertHasValues(parameter, gradient);
            double error = error(actual.gradient(parameter), gradient, SMALLEST_GRADIENT * largest);
            sink.take("gradient of " + parameter.key(), " in " + parameter.layer(), error);
        }
        for (Parameter parameter : graph.parameters()) {
            int first = Math.toIntExact(parameter.offset());
            double[] before = Arrays.copyOfRange(parameters, first, first + parameter.elements());
            double error = error(
                    difference(actual.values(parameter), before),
                    difference(exact.values(parameter), before),
                    SMALLEST_CHANGE * norm(before));
            sink.take("change of " + parameter.key(), " in " + parameter.layer(), error);
        }
    }

    private final class TorchRun implements TrainingRun {
        private final TorchParameters values;
        private final SGD optimizer;
        private final Tensor images;
        private Tensor logits;
        private Tensor loss;

        TorchRun(torch.ScalarType precision) {
            values = new TorchParameters(graph, parameters, precision);
            SGDOptions options = new SGDOptions(point.learningRate);
            options.momentum().put(MOMENTUM);
            options.weight_decay().put(WEIGHT_DECAY);
            optimizer = new SGD(values.trainable(), options);
            images = torchInput().to(precision);
        }

        @Override
        public void step(long number) {
            optimizer.zero_grad();
            logits = network.forward(new TorchLayers(values, true), images);
            loss = meanCrossEntropy(logits);
            loss.backward();
            optimizer.step();
        }

        @Override
        public double loss() {
            return loss.item_double();
        }

        @Override
        public double[] logits() {
            return TorchParameters.values(logits);
        }

        @Override
        public double[] gradient(Parameter parameter) {
            return values.gradient(parameter);
        }

        @Override
        public double[] values(Parameter parameter) {
            return values.values(parameter);
        }
    }

    private final class EngineRun implements TrainingRun {
        private final TrainingPlan plan;
        private double loss;
        private Buffer gradients;

        EngineRun(TrainingPlan plan) {
            this.plan = plan;
            plan.parameters().write(parameters);
            plan.plan().input(graph.inputs().get(0)).write(input);
        }

        @Override
        public void step(long number) {
            StepSettings settings = new StepSettings(point.learningRate, MOMENTUM, WEIGHT_DECAY);
            loss = plan.step(number, labels, settings).loss();
            gradients = plan.gradients();
        }

        @Override
        public double loss() {
            return loss;
        }

        @Override
        public double[] logits() {
            return read(plan.logits());
        }

        @Override
        public double[] gradient(Parameter parameter) {
            return read(gradients.slice(parameter.offset(), parameter.elements()));
        }

        @Override
        public double[] values(Parameter parameter) {
            return read(plan.parameters().slice(parameter.offset(), parameter.elements()));
        }

        void assertStatisticsHaveNoGradient() {
            for (Parameter parameter : graph.parameters()) {
                if (!parameter.kind().trainable()) {
                    assertThat(gradient(parameter))
                            .as("gradient of %s", parameter.name())
                            .containsOnly(0);
                }
            }
        }
    }

    /** Does {@code comparison} and releases libtorch's tensors, of which the garbage collector sees the handles alone. */
    @SuppressWarnings("unchecked") // an array of classes that this call makes for itself
    private static void releasing(Runnable comparison) {
        PointerScope tensors = new PointerScope(Tensor.class);
        try {
            comparison.run();
        } finally {
            tensors.close();
        }
    }

    private void assertGradients(TorchParameters expected, Buffer gradients) {
        double floor = SMALLEST_GRADIENT
                * graph.parameters().stream()
                        .filter(parameter -> parameter.kind().trainable())
                        .mapToDouble(parameter -> norm(expected.gradient(parameter)))
                        .max()
                        .orElse(0);
        for (Parameter parameter : graph.parameters()) {
            double[] actual = read(gradients.slice(parameter.offset(), parameter.elements()));
            if (parameter.kind().trainable()) {
                double[] values = expected.gradient(parameter);
                assertHasValues(parameter, values);
                assertClose("gradient of " + parameter.name(), actual, values, floor);
            } else {
                assertThat(actual).as("gradient of %s", parameter.name()).containsOnly(0);
            }
        }
    }

    private static void assertHasValues(Parameter parameter, double[] gradient) {
        assertThat(Arrays.stream(gradient).anyMatch(value -> value != 0))
                .as("the oracle's gradient of %s has values", parameter.name())
                .isTrue();
    }

    private void assertClose(String what, double[] actual, double[] expected) {
        assertClose(what, actual, expected, 1e-6);
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

    /** Weights of about unit gain, scales and variances near 1, shifts and means near 0. */
    private double[] randomParameters() {
        double[] values = new double[graph.parameterElements()];
        for (Parameter parameter : graph.parameters()) {
            int fanIn = parameter.shape().stream().skip(1).reduce(1, (a, b) -> a * b);
            // A depthwise kernel (k, k, C) sums over k² values.
            double weight = 1 / Math.sqrt(parameter.shape().size() == 3 ? 9 : fanIn);
            // Products of the branch's large values would let one sample rule the batch statistics.
            double gain = parameter.key().startsWith("FC") ? 0.5 : 1;
            boolean aroundOne = parameter.key().matches("(gamma|var|temperature).*");
            for (int i = 0; i < parameter.elements(); i++) {
                double value = parameter.shape().size() == 1
                        ? (aroundOne ? 1 : 0) + 0.3 * (2 * random.nextDouble() - 1)
                        : gain * weight * random.nextGaussian();
                if (point == Point.AWAY_FROM_KINKS) {
                    value = awayFromKinks(parameter, i, value);
                }
                // Rounded to float, so that both precisions begin with the same numbers.
                values[Math.toIntExact(parameter.offset()) + i] = (float) value;
            }
        }
        return values;
    }

    /**
     * {@code value} moved so that no activation is near its kink: scales of 0.7 ± 0.2 with shifts to the middle of ReLU6, or 6
     * below or above it, and a preference of the hidden units of branches with ReLU to be on or off. Channels of the same
     * number are alike in all batch norms, so that the sum with a shortcut is away from its kink too.
     */
    private double awayFromKinks(Parameter parameter, int index, double value) {
        return switch (parameter.key()) {
            case "gamma" -> 0.7 + 2 * (value - 1) / 3;
            case "beta" ->
                switch (index % PATTERN) {
                    case PATTERN - 2 -> -3;
                    case PATTERN - 1 -> 9;
                    default -> 3 + value;
                };
            case "b1" -> has(parameter.layer(), "b2") ? value + (index % 2 == 0 ? 4 : -4) : value;
            case "FC1" -> {
                // Without a bias there, DY-Conv's hidden units are decided by how the mean of all inputs counts.
                int fanIn = parameter.shape().get(1);
                boolean biased = has(parameter.layer(), "b1") || !has(parameter.layer(), "b2");
                yield biased ? value : value + (index / fanIn % 2 == 0 ? 1.5 : -1.5) / fanIn;
            }
            default -> value;
        };
    }

    /** Whether {@code layer} has a parameter {@code key}; of the branches those with ReLU alone have a second bias, b2. */
    private boolean has(String layer, String key) {
        return graph.parameters().stream()
                .anyMatch(parameter ->
                        parameter.layer().equals(layer) && parameter.key().equals(key));
    }

    /**
     * The same with small branches: their products grow with the square of what they read, and at inference no statistics of
     * the batch hold it in range.
     */
    private double[] inferenceParameters() {
        double[] values = parameters.clone();
        for (Parameter parameter : graph.parameters()) {
            if (parameter.key().startsWith("FC")) {
                int first = Math.toIntExact(parameter.offset());
                for (int i = first; i < first + parameter.elements(); i++) {
                    values[i] = (float) (0.1 * values[i]);
                }
            }
        }
        return values;
    }

    /** Two classes for each sample, as mixup yields. */
    private float[] softLabels() {
        int classes = graph.output().shape().elements();
        float[] values = new float[batch * classes];
        for (int n = 0; n < batch; n++) {
            values[n * classes + random.nextInt(classes)] += 0.75f;
            values[n * classes + random.nextInt(classes)] += 0.25f;
        }
        return values;
    }

    /** Mean cross-entropy of the soft labels. */
    private Tensor meanCrossEntropy(Tensor logits) {
        double[] targets = new double[labels.length];
        Arrays.setAll(targets, i -> labels[i]);
        Tensor t =
                TorchParameters.tensor(targets, logits.size(0), logits.size(1)).to(logits.scalar_type());
        return torch.sum(torch.log_softmax(logits, 1).mul(t)).div(new Scalar(-(double) batch));
    }

    private Shape inputShape() {
        return graph.inputs().get(0).shape();
    }

    private Tensor torchInput() {
        Shape shape = inputShape();
        return shape.positions() == 1 ? TorchParameters.tensor(input, batch, shape.channels()) : images(input, shape);
    }

    private Tensor channelsFirst(double[] values, Shape shape, Tensor like) {
        return like.dim() == 2 ? TorchParameters.tensor(values, batch, shape.channels()) : images(values, shape);
    }

    private Tensor images(double[] values, Shape shape) {
        return TorchParameters.tensor(values, batch, shape.height(), shape.width(), shape.channels())
                .permute(0, 3, 1, 2)
                .contiguous();
    }

    private static double[] channelsLast(Tensor tensor) {
        return TorchParameters.values(tensor.dim() == 4 ? tensor.permute(0, 2, 3, 1) : tensor);
    }

    private static double[] difference(double[] minuend, double[] subtrahend) {
        double[] difference = new double[minuend.length];
        Arrays.setAll(difference, i -> minuend[i] - subtrahend[i]);
        return difference;
    }

    private static double norm(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(value -> value * value).sum());
    }

    private static double[] read(Buffer buffer) {
        double[] values = new double[Math.toIntExact(buffer.elements())];
        buffer.read(values);
        return values;
    }
}
