package io.dcd.engine.lowering;

import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/**
 * The values that training begins with: a pure function of the seed and of every parameter's name, so that adding a
 * layer changes no other layer's values.
 */
public final class InitialParameters {
    private InitialParameters() {}

    /**
     * The flat parameter vector of {@code configuration}, running statistics included.
     *
     * @throws IllegalArgumentException if a stock layer has a weight initialisation other than {@link InitialValues}
     */
    public static float[] draw(ComputationGraphConfiguration configuration, long seed) {
        List<ParameterLayout.Layer> layers = new ParameterLayout(configuration).layers();
        float[] parameters = new float
                [layers.stream()
                        .flatMap(layer -> layer.specifications().stream())
                        .mapToInt(ParameterSpecification::elements)
                        .reduce(0, Math::addExact)];
        int offset = 0;
        for (ParameterLayout.Layer layer : layers) {
            for (ParameterSpecification specification : layer.specifications()) {
                float[] values = draw(layer.name(), specification, seed);
                System.arraycopy(values, 0, parameters, offset, values.length);
                offset += values.length;
            }
        }
        return parameters;
    }

    /** The initial values of one parameter of the layer {@code layer}. */
    public static float[] draw(String layer, ParameterSpecification specification, long seed) {
        InitialValues initialValues = specification
                .initialValues()
                .orElseThrow(() -> new IllegalArgumentException(
                        "layer %s: its weight initialisation cannot be drawn here; set it to one of %s"
                                .formatted(layer, InitialValues.class.getSimpleName())));
        float[] values = new float[specification.elements()];
        initialValues.fill(values, new Random(key(seed, layer + "." + specification.key())));
        return values;
    }

    /** A 64-bit FNV-1a hash of the name (Fowler, Noll, Vo) begun from the seed, then spread by SplitMix64's finaliser. */
    private static long key(long seed, String name) {
        long hash = 0xCBF29CE484222325L ^ seed;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001B3L;
        }
        hash = (hash ^ (hash >>> 30)) * 0xBF58476D1CE4E5B9L;
        hash = (hash ^ (hash >>> 27)) * 0x94D049BB133111EBL;
        return hash ^ (hash >>> 31);
    }
}
