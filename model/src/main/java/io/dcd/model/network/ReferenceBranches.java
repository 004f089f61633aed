package io.dcd.model.network;

import io.dcd.model.layer.DynamicBranch;
import io.dcd.model.layer.LinearInitialization;

/**
 * The sizes that the authors' published code gives a dynamic branch. They alone reproduce the published parameter
 * counts; the rules printed in the paper do not.
 */
final class ReferenceBranches {
    /** L and S of the dynamic classifier, whatever its width. */
    private static final int CLASSIFIER = 32;

    private ReferenceBranches() {}

    /** A 1×1 layer of MobileNetV2; r is the reduction of its first fully connected layer. */
    static DynamicBranch pointwise(int inputs, int outputs, int reduction) {
        boolean expands = inputs < outputs;
        int pooling = expands ? 2 : 1;
        int pooled = inputs * pooling * pooling;
        int divisor = expands ? 8 : 2;
        int latent = Math.min(pooled / divisor, outputs / divisor);
        while (latent * latent > 2 * pooled) {
            divisor *= 2;
            latent = Math.min(pooled / divisor, outputs / divisor);
        }
        latent = Math.max(latent, 4);
        int squeezed = Math.max(Math.max(pooled, latent * latent) / reduction, 4);
        return new DynamicBranch(pooling, latent, squeezed, LinearInitialization.NORMAL);
    }

    /** The dynamic classifier. */
    static DynamicBranch classifier(LinearInitialization initialization) {
        return new DynamicBranch(1, CLASSIFIER, CLASSIFIER, initialization);
    }
}
