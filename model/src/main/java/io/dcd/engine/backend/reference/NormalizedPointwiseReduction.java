package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.BatchReduction;
import io.dcd.engine.backend.ReductionMemory;
import io.dcd.engine.operation.NormalizedPointwise;

/** The statistics of the batch normalisation, and dz of the whole batch, which the plan does not keep. */
final class NormalizedPointwiseReduction implements BatchReduction {
    private final BatchNormalizationReduction statistics;
    private final double[] gradients;

    NormalizedPointwiseReduction(NormalizedPointwise operation, ReductionMemory memory) {
        statistics = new BatchNormalizationReduction(operation.normalization(), memory);
        gradients = new double[memory.batch() * operation.output().shape().elements()];
    }

    BatchNormalizationReduction statistics() {
        return statistics;
    }

    /** dz. */
    double[] gradients() {
        return gradients;
    }

    @Override
    public void combineForward() {
        statistics.combineForward();
    }

    @Override
    public void combineBackward() {
        statistics.combineBackward();
    }
}
