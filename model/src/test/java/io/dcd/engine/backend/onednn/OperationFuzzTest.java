package io.dcd.engine.backend.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.BackendComparison;
import io.dcd.engine.ParameterLayout;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.GraphBuilder;
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
    private static final int GRAPHS = 60;
    private static final int MOST_OPERATIONS = 7;
    private static final int MOST_CHANNELS = 40;
    private static final int MOST_EXTENT = 9;
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
        assertThat(refusals).as("messages about shapes that cannot be").hasSizeGreaterThan(GRAPHS / 2);
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
        return switch (random.nextInt(11)) {
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
            default -> before == null ? x : builder.add(name, x, before);
        };
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
