package io.dcd.engine.graph;

import java.util.List;

/**
 * What a batch normalisation owns.
 *
 * @param scale γ (C)
 * @param shift β (C)
 * @param runningMean (C)
 * @param runningVariance (C)
 * @param epsilon added to the variance
 * @param momentum the share of a batch in the running statistics
 */
public record NormalizationParameters(
        Parameter scale,
        Parameter shift,
        Parameter runningMean,
        Parameter runningVariance,
        double epsilon,
        double momentum) {
    List<Parameter> all() {
        return List.of(scale, shift, runningMean, runningVariance);
    }
}
