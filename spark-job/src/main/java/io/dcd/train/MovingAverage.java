package io.dcd.train;

import io.dcd.train.checkpoint.ModelState;

/**
 * An exponential moving average of the parameters, running statistics included, as if it moved at every step of a round to the round's
 * result: with n steps a ← dⁿ·a + (1 − dⁿ)·θ. So its length in steps does not depend on how many of them make a round. While fewer
 * steps t are taken than the average is long, (1 + t)/(10 + t) stands for d, as in TensorFlow's ExponentialMovingAverage, so that the
 * initial parameters are soon forgotten.
 */
final class MovingAverage {
    private final double decay;

    /** @param decay d for each step; 0: there is no average */
    MovingAverage(double decay) {
        this.decay = decay;
    }

    /**
     * The average after a round; empty if there is none.
     *
     * @param before the state before the round; without an average, its parameters are where one begins
     * @param parameters θ after the round
     * @param step the steps taken since the run began, the round's included
     */
    float[] next(ModelState before, float[] parameters, long step) {
        if (decay == 0) {
            return new float[0];
        }
        float[] average = before.movingAverage().length == 0 ? before.parameters() : before.movingAverage();
        double perStep = Math.min(decay, (1.0 + step) / (10.0 + step));
        double kept = Math.pow(perStep, step - before.progress().step());
        float[] next = new float[average.length];
        for (int i = 0; i < next.length; i++) {
            next[i] = (float) (kept * average[i] + (1 - kept) * parameters[i]);
        }
        return next;
    }
}
