package io.dcd.model.network;

import io.dcd.engine.graph.Parameter;
import io.dcd.model.layer.KernelMixture;
import java.util.List;

/**
 * The temperature of DY-Conv's attention, which training lowers linearly to 1 over the first epochs, from 30 in ten (Chen et
 * al. 2020, section 3.3): a nearly even mixture lets all kernels learn in the beginning.
 */
public final class AttentionTemperature {
    private final List<Parameter> temperatures;
    private final double first;
    private final int epochs;

    /**
     * The temperatures among a network's {@code parameters}; none in other networks.
     *
     * @param first τ during the first epoch, at least 1
     * @param epochs so many epochs before it is 1; 0: from the beginning
     */
    public AttentionTemperature(List<Parameter> parameters, double first, int epochs) {
        this.temperatures = parameters.stream()
                .filter(parameter -> parameter.key().equals(KernelMixture.TEMPERATURE))
                .toList();
        this.first = first;
        this.epochs = epochs;
    }

    /** τ during {@code epoch}, counted from 0. */
    public double at(int epoch) {
        return epoch < epochs ? first + (1 - first) * epoch / epochs : 1;
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
