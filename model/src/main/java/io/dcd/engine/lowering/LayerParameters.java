package io.dcd.engine.lowering;

import io.dcd.engine.graph.NormalizationParameters;
import io.dcd.engine.graph.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The slices of the flat parameter vector that one layer owns, by key. */
public final class LayerParameters {
    private final String layer;
    private final Map<String, Parameter> byKey = new LinkedHashMap<>();

    /** Places {@code specifications} one after another from {@code offset} on. */
    LayerParameters(String layer, List<ParameterSpecification> specifications, long offset) {
        this.layer = layer;
        long next = offset;
        for (ParameterSpecification specification : specifications) {
            Parameter parameter =
                    new Parameter(layer, specification.key(), next, specification.shape(), specification.kind());
            if (byKey.put(specification.key(), parameter) != null) {
                throw new IllegalArgumentException(
                        "layer %s declares two parameters %s".formatted(layer, specification.key()));
            }
            next += specification.elements();
        }
    }

    /** The parameter that the layer declared as {@code key}. */
    public Parameter get(String key) {
        Parameter parameter = byKey.get(key);
        if (parameter == null) {
            throw new IllegalArgumentException(
                    "layer %s has no parameter %s, only %s".formatted(layer, key, byKey.keySet()));
        }
        return parameter;
    }

    /** What {@link ParameterSpecification#normalization} declared under {@code suffix}. */
    public NormalizationParameters normalization(String suffix, double epsilon, double momentum) {
        return new NormalizationParameters(
                get("gamma" + suffix),
                get("beta" + suffix),
                get("mean" + suffix),
                get("var" + suffix),
                epsilon,
                momentum);
    }

    /** All of them, by offset. */
    public List<Parameter> all() {
        return List.copyOf(byKey.values());
    }
}
