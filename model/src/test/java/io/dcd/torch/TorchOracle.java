package io.dcd.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.plan.Plan;
import io.dcd.engine.plan.PlanOptions;
import io.dcd.engine.plan.StepResult;
import io.dcd.engine.plan.StepSettings;
import io.dcd.engine.plan.TrainingPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Compares an engine graph with the same mathematics in libtorch, from the same random values. */
public final class TorchOracle {
    /** What two computations in float of the same thing may differ by, relative to their norm. */
    public static final double FLOAT_TOLERANCE = 1e-4;

    /** Small, since gradients of a random network reach thousands: a larger step would amplify rounding beyond all bounds. */
    private static final double LEARNING_RATE = 1e-6;

    private static final double MOMENTUM = 0.9;
    private static final double WEIGHT_DECAY = 10;
    private static final int STEPS = 3;

    private final Graph graph;
    private final int batch;
    private final Backend backend;
    private final double tolerance;
    private final TorchNetwork network;
    private final Random random;
    private final double[] parameters;
    private final double[] input;
    private final float[] labels;

    /**
     * Compares {@code graph} on {@code backend} with {@code network}.
     *
     * @param tolerance of the Euclidean norm of the difference over that of the array compared
     * @param seed of the random values
     */
    public TorchOracle(Graph graph, int batch, Backend backend, double tolerance, TorchNetwork network, long seed) {
        this.random = new Random(seed);
        this.graph = graph;
        this.batch = batch;
        this.backend = backend;
        this.tolerance = tolerance;
        this.network = network;
        this.parameters = randomParameters();
        this.input = random.doubles(batch * inputShape().elements(), -2, 2).toArray();
        this.labels = softLabels();
    }

    /** Compares result, gradients of input and parameters, and running statistics of one training pass. */
    public void checkPass() {
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
            assertValues("after the pass", expected, plan.parameters());
        }
    }

    /** Compares the result at inference, where batch norm uses running statistics. */
    public void checkInference() {
        TorchParameters expected = new TorchParameters(graph, inferenceParameters());
        try (Plan plan = new Plan(graph, backend, PlanOptions.inference(batch))) {
            Tensor y = network.forward(new TorchLayers(expected, false), torchInput());
            plan.parameters().write(inferenceParameters());
            plan.input(graph.inputs().get(0)).write(input);
            plan.forward();
            assertClose("result at inference", read(plan.output()), channelsLast(y));
        }
    }

    /** Compares loss, logits, gradients, parameters and statistics over three steps of SGD with momentum. */
    public void checkTraining() {
        TorchParameters expected = new TorchParameters(graph, parameters);
        SGD optimizer = optimizer(expected);
        try (TrainingPlan plan = new TrainingPlan(graph, backend, batch, 1, parameter -> true)) {
            plan.parameters().write(parameters);
            plan.plan().input(graph.inputs().get(0)).write(input);
            for (int step = 0; step < STEPS; step++) {
                optimizer.zero_grad();
                Tensor logits = network.forward(new TorchLayers(expected, true), torchInput());
                Tensor loss = loss(logits);
                loss.backward();
                StepResult result = plan.step(step, labels, new StepSettings(LEARNING_RATE, MOMENTUM, WEIGHT_DECAY));
                assertClose("loss", new double[] {result.loss()}, new double[] {loss.item_double()});
                assertClose("logits", read(plan.logits()), TorchParameters.values(logits));
                assertGradients(expected, plan.gradients());
                optimizer.step();
                assertValues("after step " + step, expected, plan.parameters());
            }
        }
    }

    /**
     * How many times larger than libtorch's rounding error in float, or than a tenth of {@link #FLOAT_TOLERANCE} where that
     * is larger, the error of this backend is: the largest ratio over the result at inference, loss and logits of three
     * steps, the whole gradient of the last, and parameters and statistics after it. libtorch in double is the exact result.
     */
    public double roundingFactor() {
        List<double[]> exact = torchRun(torch.ScalarType.Double);
        double[] rounding = relativeErrors(torchRun(torch.ScalarType.Float), exact);
        double[] errors = relativeErrors(engineRun(), exact);
        double factor = 0;
        for (int i = 0; i < errors.length; i++) {
            factor = Math.max(factor, errors[i] / Math.max(rounding[i], FLOAT_TOLERANCE / 10));
        }
        return factor;
    }

    private static double[] relativeErrors(List<double[]> actual, List<double[]> exact) {
        double[] errors = new double[exact.size()];
        Arrays.setAll(errors, i -> relativeError(actual.get(i), exact.get(i)));
        return errors;
    }

    private List<double[]> torchRun(torch.ScalarType precision) {
        List<double[]> results = new ArrayList<>();
        TorchParameters values = new TorchParameters(graph, parameters, precision);
        Tensor images = torchInput().to(precision);
        TorchParameters fixed = new TorchParameters(graph, inferenceParameters(), precision);
        results.add(TorchParameters.values(network.forward(new TorchLayers(fixed, false), images)));
        SGD optimizer = optimizer(values);
        for (int step = 0; step < STEPS; step++) {
            optimizer.zero_grad();
            Tensor logits = network.forward(new TorchLayers(values, true), images);
            Tensor loss = loss(logits);
            loss.backward();
            results.add(new double[] {loss.item_double()});
            results.add(TorchParameters.values(logits));
            optimizer.step();
        }
        results.add(flat(parameter ->
                parameter.kind().trainable() ? values.gradient(parameter) : new double[parameter.elements()]));
        results.add(flat(values::values));
        return results;
    }

    private List<double[]> engineRun() {
        List<double[]> results = new ArrayList<>();
        try (Plan plan = new Plan(graph, backend, PlanOptions.inference(batch))) {
            plan.parameters().write(inferenceParameters());
            plan.input(graph.inputs().get(0)).write(input);
            plan.forward();
            results.add(read(plan.output()));
        }
        try (TrainingPlan plan = new TrainingPlan(graph, backend, batch, 1, parameter -> true)) {
            plan.parameters().write(parameters);
            plan.plan().input(graph.inputs().get(0)).write(input);
            for (int step = 0; step < STEPS; step++) {
                StepResult result = plan.step(step, labels, new StepSettings(LEARNING_RATE, MOMENTUM, WEIGHT_DECAY));
                results.add(new double[] {result.loss()});
                results.add(read(plan.logits()));
            }
            results.add(read(plan.gradients()));
            results.add(read(plan.parameters()));
        }
        return results;
    }

    /** The arrays of all parameters as one flat vector. */
    private double[] flat(Function<Parameter, double[]> values) {
        double[] vector = new double[parameters.length];
        for (Parameter parameter : graph.parameters()) {
            double[] slice = values.apply(parameter);
            System.arraycopy(slice, 0, vector, Math.toIntExact(parameter.offset()), slice.length);
        }
        return vector;
    }

    private static SGD optimizer(TorchParameters parameters) {
        SGDOptions options = new SGDOptions(LEARNING_RATE);
        options.momentum().put(MOMENTUM);
        options.weight_decay().put(WEIGHT_DECAY);
        return new SGD(parameters.trainable(), options);
    }

    private void assertGradients(TorchParameters expected, Buffer gradients) {
        // A shift before a batch norm has a gradient of zero, where both sides have rounding errors of larger ones.
        double floor = 1e-3
                * graph.parameters().stream()
                        .filter(parameter -> parameter.kind().trainable())
                        .mapToDouble(parameter -> norm(expected.gradient(parameter)))
                        .max()
                        .orElse(0);
        for (Parameter parameter : graph.parameters()) {
            double[] actual = read(gradients.slice(parameter.offset(), parameter.elements()));
            if (parameter.kind().trainable()) {
                double[] values = expected.gradient(parameter);
                assertThat(Arrays.stream(values).anyMatch(value -> value != 0))
                        .as("the oracle's gradient of %s has values", parameter.name())
                        .isTrue();
                assertClose("gradient of " + parameter.name(), actual, values, floor);
            } else {
                assertThat(actual).as("gradient of %s", parameter.name()).containsOnly(0);
            }
        }
    }

    private void assertValues(String when, TorchParameters expected, Buffer actual) {
        for (Parameter parameter : graph.parameters()) {
            Buffer slice = actual.slice(parameter.offset(), parameter.elements());
            assertClose(parameter.name() + " " + when, read(slice), expected.values(parameter));
        }
    }

    private void assertClose(String what, double[] actual, double[] expected) {
        assertClose(what, actual, expected, 1e-6);
    }

    private void assertClose(String what, double[] actual, double[] expected, double floor) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        double[] difference = new double[actual.length];
        Arrays.setAll(difference, i -> actual[i] - expected[i]);
        double scale = Math.max(norm(expected), floor);
        // Written so that NaN fails.
        if (!(norm(difference) <= tolerance * scale)) {
            throw new AssertionError("%s: differs from libtorch's by %s of its norm %s, more than %s: %s… and %s…"
                    .formatted(
                            what,
                            norm(difference) / scale,
                            scale,
                            tolerance,
                            Arrays.toString(Arrays.copyOf(actual, 8)),
                            Arrays.toString(Arrays.copyOf(expected, 8))));
        }
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
                // Rounded to float, so that both precisions begin with the same numbers.
                values[Math.toIntExact(parameter.offset()) + i] = (float) value;
            }
        }
        return values;
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
    private Tensor loss(Tensor logits) {
        double[] targets = new double[labels.length];
        Arrays.setAll(targets, i -> labels[i]);
        Tensor t =
                TorchParameters.tensor(targets, logits.size(0), logits.size(1)).to(logits.scalar_type());
        return torch.sum(torch.log_softmax(logits, 1).mul(t)).div(new Scalar(-(double) batch));
    }

    private static double relativeError(double[] actual, double[] exact) {
        double[] difference = new double[exact.length];
        Arrays.setAll(difference, i -> actual[i] - exact[i]);
        return norm(difference) / norm(exact);
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

    private static double norm(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(value -> value * value).sum());
    }

    private static double[] read(Buffer buffer) {
        double[] values = new double[Math.toIntExact(buffer.elements())];
        buffer.read(values);
        return values;
    }
}
