package io.dcd.engine.backend.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.BackendComparison;
import io.dcd.engine.ParameterLayout;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random graphs of random shapes, drawn from seeds through the public interface: what {@link GraphBuilder} does not
 * refuse, the fast backend computes as the reference does, in training and at inference. No native code may crash.
 */
class OperationFuzzTest {
    private static final int GRAPHS = 120;
    private static final int MOST_OPERATIONS = 7;
    private static final int MOST_CHANNELS = 40;
    private static final int MOST_EXTENT = 9;
    private static final int MOST_KERNELS = 4;
    private static final int MOST_LATENT = 12;
    private static final List<Integer> HOSTILE =
            List.of(-1, Integer.MIN_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE / 2 + 1, 1 << 16, 46341, 255, 1023);
    private static final int HOSTILE_CALLS = 2000;

    /** Of more values graphs are built and not run; whether they fit the memory depends on the machine. */
    private static final int MOST_ELEMENTS = 3_000;

    /** Below this a batch norm divides by deviations that are all rounding. */
    private static final int FEWEST_NORMALIZED = 64;

    /** Chains of operations that nobody would write lose more digits than each alone does in {@link OneDnnOperationTest}. */
    private static final double TOLERANCE = 1e-3;

    private final List<String> refusals = new ArrayList<>();

    static LongStream seeds() {
        return LongStream.rangeClosed(1, GRAPHS);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithTheReference(long seed) {
        Random random = new Random(seed);
        int batch = 1 + random.nextInt(5);
        Graph graph = draw(random, batch);
        OneDnnBackend backend = new OneDnnBackend(1 + random.nextInt(3));
        try {
            BackendComparison.assertAgrees(backend, graph, batch, seed, TOLERANCE);
        } catch (AssertionError difference) {
            // A value that rounding moves across a ReLU's kink, or past another one in a maximum, is no error; at
            // another
            // point there is none.
            BackendComparison.assertAgrees(backend, graph, batch, -seed, TOLERANCE);
        }
    }

    @Test
    void someShapesAreRefused() {
        seeds().forEach(seed -> draw(new Random(seed), 1));
        assertThat(refusals).as("messages about shapes that cannot be").hasSizeGreaterThan(GRAPHS / 4);
        assertThat(refusals).allSatisfy(message -> assertThat(message).isNotBlank());
    }

    private Graph draw(Random random, int batch) {
        GraphBuilder builder = new GraphBuilder();
        ParameterLayout parameters = new ParameterLayout();
        Shape shape = new Shape(extent(random), extent(random), channels(random));
        Tensor x = builder.input("x", shape);
        Tensor last = x;
        Tensor before = null;
        int operations = 1 + random.nextInt(MOST_OPERATIONS);
        for (int i = 0; i < operations; i++) {
            Tensor next = last;
            try {
                next = append(builder, parameters, random, last, before, batch, "t" + i);
            } catch (IllegalArgumentException refused) {
                refusals.add(refused.getMessage());
            }
            if (!next.equals(last)) {
                before = last;
                last = next;
            }
        }
        if (last.equals(x)) {
            last = builder.activate("only", x, Activation.RELU);
        }
        return builder.build(last, parameters.all());
    }

    private static Tensor append(
            GraphBuilder builder,
            ParameterLayout parameters,
            Random random,
            Tensor x,
            Tensor before,
            int batch,
            String name) {
        int channels = x.shape().channels();
        int outputs = channels(random);
        int kernel = 1 + random.nextInt(4);
        int stride = 1 + random.nextInt(3);
        int padding = random.nextInt(3);
        return switch (random.nextInt(18)) {
            case 0, 1 ->
                builder.convolution(
                        name, x, parameters.weight(name, outputs, channels, kernel, kernel), stride, padding);
            case 2 ->
                builder.depthwiseConvolution(
                        name, x, parameters.weight(name, kernel, kernel, channels), stride, padding);
            case 3 ->
                x.shape().positions() * batch < FEWEST_NORMALIZED
                        ? x
                        : builder.batchNormalization(
                                name, x, parameters.normalization(name, channels), activation(random));
            case 4 -> builder.averagePooling(name, x, 1 + random.nextInt(3), 1 + random.nextInt(3));
            case 5 -> builder.maxPooling(name, x, kernel, stride, padding);
            case 6 -> builder.activate(name, x, activation(random));
            case 7 ->
                builder.matrixProduct(
                        name,
                        x,
                        parameters.weight(name, outputs, x.shape().elements()),
                        random.nextBoolean() ? Optional.of(parameters.bias(name + "b", outputs)) : Optional.empty());
            case 8 -> builder.dropout(name, x, random.nextDouble() * 0.9);
            case 9 -> {
                Tensor mean = builder.averagePooling(name + "s", x, 1, 1);
                yield builder.scale(name, x, mean);
            }
            case 10 -> before == null ? x : builder.add(name, x, before);
            case 11 ->
                before == null || !before.shape().equals(x.shape())
                        ? x
                        : builder.scaledSum(name, x, pooledProduct(builder, parameters, x, channels, name), before);
            case 12 -> {
                int groups = 1 + random.nextInt(3);
                Parameter weights = parameters.weight(name, outputs, Math.max(1, channels / groups), 1, 1);
                yield builder.groupedPointwise(name, x, weights, groups, stride);
            }
            case 13 -> {
                int blocks = channels % 2 == 0 ? 1 + random.nextInt(2) : 1;
                Shape matrix = Shape.vector(outputs * channels);
                yield builder.batchedProduct(
                        name, mixedKernel(builder, parameters, random, x, matrix, name), blocks, x);
            }
            case 14 -> {
                int side = fitting(kernel, x, padding);
                Shape extents = new Shape(side, side, outputs * channels);
                yield builder.batchedConvolution(
                        name, mixedKernel(builder, parameters, random, x, extents, name), x, stride, padding);
            }
            case 15 -> {
                int side = fitting(kernel, x, padding);
                Shape extents = new Shape(side, side, channels);
                yield builder.batchedDepthwiseConvolution(
                        name, mixedKernel(builder, parameters, random, x, extents, name), x, stride, padding);
            }
            case 16 -> {
                int side = fitting(kernel, x, padding);
                Parameter weights = parameters.weight(name + "w", side, side, channels);
                Tensor own = builder.scale(
                        name + "own",
                        builder.broadcast(name + "fixed", weights, new Shape(side, side, channels)),
                        pooledProduct(builder, parameters, x, channels, name));
                yield builder.batchedDepthwiseConvolution(name, own, x, stride, padding);
            }
            default -> dynamicResidual(builder, parameters, x, outputs, 1 + random.nextInt(MOST_LATENT), name);
        };
    }

    /** A vector for each sample, from the mean of its map. */
    private static Tensor pooledProduct(
            GraphBuilder builder, ParameterLayout parameters, Tensor x, int outputs, String name) {
        Tensor mean = builder.averagePooling(name + "mean", x, 1, 1);
        return builder.matrixProduct(
                name + "branch",
                mean,
                parameters.weight(name + "B", outputs, x.shape().channels()));
    }

    /** Σ_k π_k(x)·W_k for each sample, as DY-Conv and CondConv have it. */
    private static Tensor mixedKernel(
            GraphBuilder builder, ParameterLayout parameters, Random random, Tensor x, Shape extents, String name) {
        int kernels = 1 + random.nextInt(MOST_KERNELS);
        Tensor pi =
                builder.activate(name + "pi", pooledProduct(builder, parameters, x, kernels, name), activation(random));
        Parameter weights =
                parameters.weight(name + "K", kernels, extents.height(), extents.width(), extents.channels());
        return builder.mixture(name + "kernel", pi, weights, extents);
    }

    /** λ(x) ⊙ W_0·x + P·Φ(x)·Qᵀ·x: equation 5 for a pointwise layer. */
    private static Tensor dynamicResidual(
            GraphBuilder builder, ParameterLayout parameters, Tensor x, int outputs, int latent, String name) {
        int channels = x.shape().channels();
        Tensor fixed =
                builder.convolution(name + "fixed", x, parameters.weight(name + "W", outputs, channels, 1, 1), 1, 0);
        Tensor factors = pooledProduct(builder, parameters, x, outputs, name + "l");
        Tensor phi = pooledProduct(builder, parameters, x, latent * latent, name + "f");
        Tensor z = builder.convolution(name + "z", x, parameters.weight(name + "Q", latent, channels, 1, 1), 1, 0);
        Tensor u = builder.batchedProduct(name + "u", phi, z);
        Tensor residual =
                builder.convolution(name + "r", u, parameters.weight(name + "P", outputs, latent, 1, 1), 1, 0);
        return builder.add(name, builder.scale(name + "s", fixed, factors), residual);
    }

    /** The largest side up to {@code kernel} that fits {@code x} with {@code padding}. */
    private static int fitting(int kernel, Tensor x, int padding) {
        return Math.min(kernel, Math.min(x.shape().height(), x.shape().width()) + 2 * padding);
    }

    /**
     * Extents, strides, paddings and groups that cannot be, or only just: each call of the builder says why not, or what it
     * makes can be planned and run.
     */
    @Test
    void hostileArgumentsAreRefusedOrRun() {
        Random random = new Random(1);
        int ran = 0;
        int refused = 0;
        for (int i = 0; i < HOSTILE_CALLS; i++) {
            GraphBuilder builder = new GraphBuilder();
            ParameterLayout parameters = new ParameterLayout();
            Tensor y;
            try {
                Tensor x = builder.input("x", new Shape(hostile(random), hostile(random), hostile(random)));
                y = hostileCall(builder, parameters, random, x);
            } catch (IllegalArgumentException refusal) {
                assertThat(refusal).hasMessageMatching("(?s).{10,}");
                refused++;
                continue;
            }
            Graph graph = builder.build(y, parameters.all());
            if (graph.tensors().stream().allMatch(tensor -> tensor.shape().elements() <= MOST_ELEMENTS)
                    && graph.parameterElements() <= MOST_ELEMENTS) {
                BackendComparison.train(new OneDnnBackend(1 + random.nextInt(2)), graph, 1 + random.nextInt(3));
                ran++;
            }
        }
        assertThat(refused).isGreaterThan(HOSTILE_CALLS / 10);
        assertThat(ran).isGreaterThan(HOSTILE_CALLS / 100);
    }

    private static Tensor hostileCall(GraphBuilder builder, ParameterLayout parameters, Random random, Tensor x) {
        int a = hostile(random);
        int b = hostile(random);
        int c = hostile(random);
        int channels = random.nextInt(4) == 0 ? hostile(random) : x.shape().channels();
        return switch (random.nextInt(11)) {
            case 0 -> builder.convolution("y", x, parameters.weight("W", a, channels, b, b), c, hostile(random));
            case 1 -> builder.depthwiseConvolution("y", x, parameters.weight("W", a, a, channels), b, c);
            case 2 -> builder.averagePooling("y", x, a, b);
            case 3 -> builder.maxPooling("y", x, a, b, c);
            case 4 -> builder.matrixProduct("y", x, parameters.weight("W", a, channels));
            case 5 -> builder.groupedPointwise("y", x, parameters.weight("W", a, channels, 1, 1), b, c);
            case 6 -> builder.batchedProduct("y", builder.input("m", Shape.vector(a)), b, x);
            case 7 -> builder.batchedConvolution("y", builder.input("k", new Shape(a, a, b)), x, c, hostile(random));
            case 8 -> builder.batchedDepthwiseConvolution("y", builder.input("k", new Shape(a, a, channels)), x, b, c);
            case 9 -> builder.mixture("y", x, parameters.weight("W", channels, a), new Shape(a, b, c));
            default -> builder.dropout("y", builder.scale("s", x, builder.input("f", Shape.vector(channels))), a);
        };
    }

    /** Small numbers, and now and then one that no extent, stride or padding can be. */
    private static int hostile(Random random) {
        return random.nextInt(5) > 0 ? random.nextInt(6) : HOSTILE.get(random.nextInt(HOSTILE.size()));
    }

    private static int extent(Random random) {
        return 1 + random.nextInt(MOST_EXTENT);
    }

    private static int channels(Random random) {
        return 1 + random.nextInt(MOST_CHANNELS);
    }

    private static Activation activation(Random random) {
        return Activation.values()[random.nextInt(Activation.values().length)];
    }
}
