package io.dcd.engine.lowering;

import io.dcd.engine.graph.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One parameter that a layer declares.
 *
 * @param key its name in the layer; DL4J allows no underscore in it
 * @param shape its extents, outermost first, row-major
 * @param kind whether training changes it by gradient or as a running statistic
 * @param initialValues how it begins; empty where a stock layer's own rule cannot be told from its definition
 */
public record ParameterSpecification(
        String key, List<Integer> shape, Parameter.Kind kind, Optional<InitialValues> initialValues) {
    public ParameterSpecification {
        shape = List.copyOf(shape);
    }

    /** A matrix or kernel. */
    public static ParameterSpecification weight(String key, InitialValues initialValues, Integer... shape) {
        return new ParameterSpecification(key, List.of(shape), Parameter.Kind.WEIGHT, Optional.of(initialValues));
    }

    /** A bias that begins as {@code initialValues}. */
    public static ParameterSpecification bias(String key, InitialValues initialValues, int elements) {
        return new ParameterSpecification(
                key, List.of(elements), Parameter.Kind.BIAS_OR_NORMALIZATION, Optional.of(initialValues));
    }

    /**
     * What a batch normalisation of {@code channels} owns: scale {@code gamma}, shift {@code beta}, running {@code mean}
     * and {@code var}, each key followed by {@code suffix}.
     */
    public static Stream<ParameterSpecification> normalization(String suffix, int channels) {
        return normalization(suffix, channels, 1, 0);
    }

    static Stream<ParameterSpecification> normalization(String suffix, int channels, double scale, double shift) {
        return Stream.of(
                bias("gamma" + suffix, new InitialValues.Constant(scale), channels),
                bias("beta" + suffix, new InitialValues.Constant(shift), channels),
                statistic("mean" + suffix, 0, channels),
                statistic("var" + suffix, 1, channels));
    }

    private static ParameterSpecification statistic(String key, double value, int channels) {
        return new ParameterSpecification(
                key, List.of(channels), Parameter.Kind.STATISTIC, Optional.of(new InitialValues.Constant(value)));
    }

    /** The number of values. */
    public int elements() {
        return shape.stream().reduce(1, Math::multiplyExact);
    }
}
