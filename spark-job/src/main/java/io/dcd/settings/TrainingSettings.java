package io.dcd.settings;

import static io.dcd.settings.SettingsException.require;

/** The recipe: how long, with how many workers, and by which rule parameters move. */
public record TrainingSettings(
        int epochs,
        long seed,
        int workers,
        int batch,
        int stepsPerRound,
        int firstStepsPerRound,
        int stepsRampEpochs,
        int limitRounds,
        double learningRate,
        int referenceBatch,
        Schedule schedule,
        int stepEpochs,
        double stepFactor,
        double warmUpEpochs,
        double momentum,
        double weightDecay,
        boolean decayBiases,
        double clipNorm,
        double labelSmoothing,
        double mixup,
        int mixupRampEpochs,
        double attentionTemperature,
        int attentionTemperatureEpochs) {
    /** How the learning rate falls. */
    public enum Schedule {
        /** Half a cosine from the full rate to 0 over all steps. */
        COSINE,
        /** Multiplied by a factor every so many epochs. */
        STEP,
        /** Not at all. */
        CONSTANT
    }

    public TrainingSettings {
        require(epochs >= 1, "training.epochs must be at least 1, got %s", epochs);
        require(workers >= 0, "training.workers must not be negative, got %s", workers);
        require(batch >= 1, "training.batch must be at least 1, got %s", batch);
        require(stepsPerRound >= 1, "training.steps-per-round must be at least 1, got %s", stepsPerRound);
        require(
                firstStepsPerRound >= 1 && firstStepsPerRound <= stepsPerRound,
                "training.first-steps-per-round must lie in 1 … training.steps-per-round, got %s",
                firstStepsPerRound);
        require(stepsRampEpochs >= 0, "training.steps-ramp-epochs must not be negative, got %s", stepsRampEpochs);
        require(limitRounds >= 0, "training.limit-rounds must not be negative, got %s", limitRounds);
        require(
                learningRate > 0 && Double.isFinite(learningRate),
                "training.learning-rate must be positive, got %s",
                learningRate);
        require(referenceBatch >= 0, "training.reference-batch must not be negative, got %s", referenceBatch);
        require(stepEpochs >= 1, "training.step-epochs must be at least 1, got %s", stepEpochs);
        require(stepFactor > 0 && stepFactor <= 1, "training.step-factor must lie in 0 < f ≤ 1, got %s", stepFactor);
        require(
                warmUpEpochs >= 0 && warmUpEpochs < epochs,
                "training.warm-up-epochs must lie in 0 ≤ w < training.epochs, got %s",
                warmUpEpochs);
        require(momentum >= 0 && momentum < 1, "training.momentum must lie in 0 ≤ m < 1, got %s", momentum);
        require(
                weightDecay >= 0 && Double.isFinite(weightDecay),
                "training.weight-decay must not be negative, got %s",
                weightDecay);
        require(
                clipNorm >= 0 && Double.isFinite(clipNorm),
                "training.clip-norm must not be negative, got %s",
                clipNorm);
        require(
                labelSmoothing >= 0 && labelSmoothing < 1,
                "training.label-smoothing must lie in 0 ≤ s < 1, got %s",
                labelSmoothing);
        require(mixup >= 0 && mixup <= 1, "training.mixup must lie in 0 … 1, got %s", mixup);
        require(mixupRampEpochs >= 0, "training.mixup-ramp-epochs must not be negative, got %s", mixupRampEpochs);
        require(
                attentionTemperature >= 1 && Double.isFinite(attentionTemperature),
                "training.attention-temperature must be at least 1, got %s",
                attentionTemperature);
        require(
                attentionTemperatureEpochs >= 0,
                "training.attention-temperature-epochs must not be negative, got %s",
                attentionTemperatureEpochs);
    }

    /** The learning rate after warm-up, before decay, for this recipe's effective batch. */
    public double peakLearningRate() {
        return referenceBatch == 0 ? learningRate : learningRate * workers * batch / referenceBatch;
    }

    /** α of mixup in {@code epoch}, counted from 0. */
    public double mixup(int epoch) {
        return epoch < mixupRampEpochs ? mixup * epoch / mixupRampEpochs : mixup;
    }
}
