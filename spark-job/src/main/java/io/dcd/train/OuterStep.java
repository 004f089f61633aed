package io.dcd.train;

import io.dcd.engine.graph.Parameter;
import io.dcd.settings.AveragingSettings;
import java.util.Arrays;
import java.util.List;

/**
 * Block-wise model update filtering (Chen and Huo 2016, equations 3 to 5): the step from a round's start θ to the workers' mean is taken
 * with a momentum of its own, G = θ̄ − θ, Δ ← η·Δ + ζ·G, θ ← θ + Δ. With η = 0 and ζ = 1 the mean is taken as it is. Running statistics
 * always are: they are no sum of steps.
 */
final class OuterStep {
    private final boolean wanted;
    private final double momentum;
    private final double rate;
    private final List<Parameter> parameters;

    /** @param parameters all slices of the flat vector */
    OuterStep(AveragingSettings settings, List<Parameter> parameters) {
        this.wanted = settings.takesOuterStep();
        this.momentum = settings.outerMomentum();
        this.rate = settings.outerRate();
        this.parameters = parameters;
    }

    /**
     * Takes the step.
     *
     * @param start θ, where the round began
     * @param mean θ̄, which becomes the new θ in place
     * @param last the Δ of the round before; empty if there is none
     * @return Δ; empty if the mean is taken as it is
     */
    float[] take(float[] start, float[] mean, float[] last) {
        if (!wanted) {
            return new float[0];
        }
        float[] delta = Arrays.copyOf(last, mean.length);
        for (Parameter parameter : parameters) {
            if (parameter.kind().trainable()) {
                int begin = Math.toIntExact(parameter.offset());
                for (int i = begin; i < begin + parameter.elements(); i++) {
                    delta[i] = (float) (momentum * delta[i] + rate * ((double) mean[i] - start[i]));
                    mean[i] = start[i] + delta[i];
                }
            }
        }
        return delta;
    }
}
