package io.dcd.worker;

import io.dcd.data.image.Augmentation;
import io.dcd.train.order.RunPlan;
import io.dcd.vector.Encoding;
import java.io.Serializable;

/**
 * What stays the same for every round of a run.
 *
 * @param plan how each epoch is cut into rounds, workers and batches
 * @param seed of the order of samples, augmentation and dropout
 * @param augmentation how images are changed at random
 * @param momentum of the optimiser
 * @param weightDecay λ, coupled
 * @param decayBiases whether biases, scales and shifts decay too
 * @param clipNorm the largest norm of a gradient; 0: any
 * @param labelSmoothing probability spread over the wrong classes
 * @param encoding how workers send their vectors back
 */
public record TrainingSpec(
        NetworkSpec network,
        DataSpec data,
        EngineSpec engine,
        RunPlan plan,
        long seed,
        Augmentation augmentation,
        double momentum,
        double weightDecay,
        boolean decayBiases,
        double clipNorm,
        double labelSmoothing,
        Encoding encoding)
        implements Serializable {}
