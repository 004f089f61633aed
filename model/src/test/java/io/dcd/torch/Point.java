package io.dcd.torch;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** Where two computations of a network are compared: how its parameters are drawn. */
public enum Point {
    /** Batch norms have scales near 1 and shifts near 0: every sample has its own pattern of units that are off. */
    RANDOM,
    /**
     * Batch norms have small scales, and shifts that hold each channel inside, below or above what ReLU6 lets through. No
     * rounding can then switch a unit, which would change a gradient by percents, and errors do not grow from layer to
     * layer as they do at random points: what is left is the arithmetic.
     */
    AWAY_FROM_KINKS;

    /** Of so many channels one is shut and one saturated where the point is {@link #AWAY_FROM_KINKS}. */
    private static final int PATTERN = 8;

    /**
     * Weights of about unit gain, scales and variances near 1, shifts and means near 0. They are floats, so that both
     * precisions begin with the same numbers.
     */
    float[] parameters(Graph graph, Random random) {
        float[] values = new float[graph.parameterElements()];
        Set<String> names = graph.parameters().stream().map(Parameter::name).collect(Collectors.toSet());
        for (Parameter parameter : graph.parameters()) {
            int fanIn = parameter.shape().stream().skip(1).reduce(1, (a, b) -> a * b);
            // A depthwise kernel (k, k, C) sums over k² values.
            double weight = 1 / Math.sqrt(parameter.shape().size() == 3 ? 9 : fanIn);
            // Products of the branch's large values would let one sample rule the batch statistics.
            double gain = parameter.key().startsWith("FC") ? 0.5 : 1;
            boolean aroundOne = parameter.key().matches("(gamma|var|temperature).*");
            int first = Math.toIntExact(parameter.offset());
            int elements = parameter.elements();
            for (int i = 0; i < elements; i++) {
                double value = parameter.shape().size() == 1
                        ? (aroundOne ? 1 : 0) + 0.3 * (2 * random.nextDouble() - 1)
                        : gain * weight * random.nextGaussian();
                if (this == AWAY_FROM_KINKS) {
                    value = awayFromKinks(names, parameter, i, value);
                }
                values[first + i] = (float) value;
            }
        }
        return values;
    }

    /**
     * {@code value} moved so that no activation is near its kink: scales of 0.7 ± 0.2 with shifts to the middle of ReLU6, or 6
     * below or above it, a preference of the hidden units of branches with ReLU to be on or off, and small branches of DCD.
     * Channels of the same number are alike in all batch norms, so that the sum with a shortcut is away from its kink too.
     *
     * @param names of all parameters
     */
    private static double awayFromKinks(Set<String> names, Parameter parameter, int index, double value) {
        return switch (parameter.key()) {
            case "gamma" -> 0.7 + 2 * (value - 1) / 3;
            case "beta" ->
                switch (index % PATTERN) {
                    case PATTERN - 2 -> -3;
                    case PATTERN - 1 -> 9;
                    default -> 3 + value;
                };
            // Of the branches those with ReLU alone have a second bias, b2.
            case "b1" -> names.contains(parameter.layer() + ".b2") ? value + (index % 2 == 0 ? 4 : -4) : value;
            case "FC1" -> {
                String layer = parameter.layer();
                if (names.contains(layer + ".b1") || !names.contains(layer + ".FC2")) {
                    yield value;
                }
                if (!names.contains(layer + ".b2")) {
                    // DCD: its hard sigmoids stay between their kinks at 3 and -3, also where inputs are sums of many
                    // maps.
                    yield 0.1 * value;
                }
                // Without a bias there, DY-Conv's hidden units are decided by how the mean of all inputs counts.
                int fanIn = parameter.shape().get(1);
                yield value + (index / fanIn % 2 == 0 ? 1.5 : -1.5) / fanIn;
            }
            default -> value;
        };
    }
}
