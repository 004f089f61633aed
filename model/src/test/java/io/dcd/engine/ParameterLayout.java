package io.dcd.engine;

import io.dcd.engine.graph.NormalizationParameters;
import io.dcd.engine.graph.Parameter;
import java.util.ArrayList;
import java.util.List;

/** Hands out parameters one behind the other, as tests need them. */
public final class ParameterLayout {
    private final List<Parameter> parameters = new ArrayList<>();
    private long offset;

    /** A weight of the given extents. */
    public Parameter weight(String key, Integer... shape) {
        return next(key, Parameter.Kind.WEIGHT, shape);
    }

    /** A bias of {@code elements} values. */
    public Parameter bias(String key, int elements) {
        return next(key, Parameter.Kind.BIAS_OR_NORMALIZATION, elements);
    }

    /** A statistic of {@code elements} values, which no gradient moves. */
    public Parameter statistic(String key, int elements) {
        return next(key, Parameter.Kind.STATISTIC, elements);
    }

    /** The four vectors of a batch normalisation over {@code channels}, with the reference's ε and momentum. */
    public NormalizationParameters normalization(String key, int channels) {
        return new NormalizationParameters(
                bias(key + ".gamma", channels),
                bias(key + ".beta", channels),
                next(key + ".mean", Parameter.Kind.STATISTIC, channels),
                next(key + ".variance", Parameter.Kind.STATISTIC, channels),
                1e-5,
                0.1);
    }

    /** All parameters so far, by offset. */
    public List<Parameter> all() {
        return parameters;
    }

    private Parameter next(String key, Parameter.Kind kind, Integer... shape) {
        Parameter parameter = new Parameter("test", key, offset, List.of(shape), kind);
        offset += parameter.elements();
        parameters.add(parameter);
        return parameter;
    }
}
