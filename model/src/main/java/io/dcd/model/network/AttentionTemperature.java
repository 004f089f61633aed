package io.dcd.model.network;

import io.dcd.engine.graph.Parameter;
import io.dcd.model.layer.KernelMixture;
import java.util.List;

/**
 * The temperature of DY-Conv's attention, which training lowers linearly from 30 to 1 over the first ten epochs (Chen et
 * al. 2020, section 3.3): a nearly even mixture lets all kernels learn in the beginning.
 */
public final class AttentionTemperature {
    private static final int EPOCHS = 10;

    private final List<Parameter> temperatures;

    /** The temperatures among a network's {@code parameters}; none in other networks. */
    public AttentionTemperature(List<Parameter> parameters) {
        temperatures = parameters.stream()
                .filter(parameter -> parameter.key().equals(KernelMixture.TEMPERATURE))
                .toList();
    }

    /** τ during {@code epoch}, counted from 0. */
    public static double at(int epoch) {
        double first = KernelMixture.FIRST_TEMPERATURE;
        return Math.max(1, first + (1 - first) * epoch / EPOCHS);
    }

    /** The flat vector {@code parameters} with τ as it is during {@code epoch}; itself where there is none. */
    public float[] during(int epoch, float[] parameters) {
        if (temperatures.isEmpty()) {
            return parameters;
        }
        float[] lowered = parameters.clone();
        temperatures.forEach(temperature -> lowered[Math.toIntExact(temperature.offset())] = (float) at(epoch));
        return lowered;
    }
}
