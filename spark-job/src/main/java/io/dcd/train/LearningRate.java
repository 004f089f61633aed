package io.dcd.train;

import io.dcd.settings.TrainingSettings;

/**
 * The learning rate as a function of the global step: the number of steps that each worker has taken since the run began. It knows
 * nothing of rounds or restarts.
 */
final class LearningRate {
    private final TrainingSettings settings;
    private final long stepsPerEpoch;

    LearningRate(TrainingSettings settings, long stepsPerEpoch) {
        this.settings = settings;
        this.stepsPerEpoch = stepsPerEpoch;
    }

    /** The rate of the step that follows {@code step} others. */
    double at(long step) {
        double warmUpSteps = settings.warmUpEpochs() * stepsPerEpoch;
        if (step < warmUpSteps) {
            // The first step already moves, the last of the ramp has the full rate (Goyal et al. 2017, section 2.2).
            return settings.peakLearningRate() * Math.min(1, (step + 1) / warmUpSteps);
        }
        return settings.peakLearningRate()
                * switch (settings.schedule()) {
                    case COSINE -> cosine(step - warmUpSteps, settings.epochs() * stepsPerEpoch - warmUpSteps);
                    case STEP -> Math.pow(settings.stepFactor(), step / stepsPerEpoch / settings.stepEpochs());
                    case CONSTANT -> 1;
                };
    }

    /** Half a cosine per step from 1 to nearly 0 (Loshchilov and Hutter 2017, equation 5, without restarts). */
    private static double cosine(double step, double steps) {
        return 0.5 * (1 + Math.cos(Math.PI * Math.min(1, step / steps)));
    }
}
