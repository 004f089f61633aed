package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.BatchNormalization;

/** The map of a batch normalisation at inference, from the running statistics as they are when it is refreshed. */
final class RunningCoefficients implements Coefficients {
    private final double epsilon;
    private final Clip clip;
    private final NativeBuffer scale;
    private final NativeBuffer shift;
    private final NativeBuffer runningMean;
    private final NativeBuffer runningVariance;
    private final float[] means;
    private final float[] factors;
    private final float[] constants;
    private final float[] variances;

    RunningCoefficients(BatchNormalization operation, KernelMemory memory) {
        epsilon = operation.epsilon();
        clip = Clip.of(operation.activation());
        scale = NativeBuffer.of(memory.parameter(operation.scale()));
        shift = NativeBuffer.of(memory.parameter(operation.shift()));
        runningMean = NativeBuffer.of(memory.parameter(operation.runningMean()));
        runningVariance = NativeBuffer.of(memory.parameter(operation.runningVariance()));
        int channels = operation.input().shape().channels();
        means = new float[channels];
        factors = new float[channels];
        constants = new float[channels];
        variances = new float[channels];
    }

    @Override
    public void refresh() {
        runningMean.read(means);
        runningVariance.read(variances);
        scale.read(factors);
        shift.read(constants);
        for (int c = 0; c < means.length; c++) {
            factors[c] = (float) (clip.slope() * factors[c] / Math.sqrt(variances[c] + epsilon));
            constants[c] = clip.slope() * constants[c] + clip.offset();
        }
    }

    @Override
    public float[] means() {
        return means;
    }

    @Override
    public float[] factors() {
        return factors;
    }

    @Override
    public float[] constants() {
        return constants;
    }
}
