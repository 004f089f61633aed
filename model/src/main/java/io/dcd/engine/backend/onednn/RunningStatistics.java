package io.dcd.engine.backend.onednn;

import java.nio.FloatBuffer;

/** running ← running + m·(batch − running), with the unbiased variance of the batch. */
final class RunningStatistics implements Runnable {
    private final FloatBuffer mean;
    private final FloatBuffer variance;
    private final FloatBuffer runningMean;
    private final FloatBuffer runningVariance;
    private final double unbiasing;
    private final double momentum;

    /**
     * @param variance the biased variance of the batch
     * @param count the number of values behind each mean
     */
    RunningStatistics(
            NativeBuffer mean,
            NativeBuffer variance,
            NativeBuffer runningMean,
            NativeBuffer runningVariance,
            long count,
            double momentum) {
        this.mean = mean.floats();
        this.variance = variance.floats();
        this.runningMean = runningMean.floats();
        this.runningVariance = runningVariance.floats();
        this.unbiasing = (double) count / Math.max(1, count - 1);
        this.momentum = momentum;
    }

    @Override
    public void run() {
        for (int c = 0; c < mean.limit(); c++) {
            float oldMean = runningMean.get(c);
            float oldVariance = runningVariance.get(c);
            runningMean.put(c, (float) (oldMean + momentum * (mean.get(c) - oldMean)));
            runningVariance.put(c, (float) (oldVariance + momentum * (unbiasing * variance.get(c) - oldVariance)));
        }
    }
}
