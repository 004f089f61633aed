package io.dcd.engine.backend.onednn;

import io.dcd.engine.operation.BatchNormalization;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The statistics of a product that is never formed. With X̃ the inputs of a sample and a constant 1 (M × K), B its
 * kernel (K × O, the row of the constant zero), G = X̃ᵀX̃ and V = G·B, the product Y = X̃·B has the sums Σ_t y = V's row of
 * the constant, and Σ_t y² = Σ_k B∘V. From them follow the batch normalisation's scale a = γ/√(σ² + ε) and shift β − a·μ
 * of each channel, and backward, with D = X̃ᵀ·dz, all that is linear in dz.
 */
final class FoldedNormalization {
    private final int channels;
    private final double count;
    private final double epsilon;
    private final double momentum;
    private final FloatBuffer scale;
    private final FloatBuffer shift;
    private final FloatBuffer runningMean;
    private final FloatBuffer runningVariance;
    private final double[] sums;
    private final double[] squares;
    private final double[] mean;
    private final double[] inverseDeviation;
    private final float[] factor;
    private final float[] offset;

    /** @param count the number of values behind each mean */
    FoldedNormalization(BatchNormalization operation, KernelBuilder builder, double count) {
        this.count = count;
        channels = operation.output().shape().channels();
        epsilon = operation.epsilon();
        momentum = operation.momentum();
        scale = builder.floats(operation.scale());
        shift = builder.floats(operation.shift());
        runningMean = builder.floats(operation.runningMean());
        runningVariance = builder.floats(operation.runningVariance());
        sums = new double[channels];
        squares = new double[channels];
        mean = new double[channels];
        inverseDeviation = new double[channels];
        factor = new float[channels];
        offset = new float[channels];
    }

    /** a, by which the kernel is multiplied. */
    float[] factor() {
        return factor;
    }

    /** β − a·μ. */
    float[] offset() {
        return offset;
    }

    void beginStatistics() {
        Arrays.fill(sums, 0);
        Arrays.fill(squares, 0);
    }

    /**
     * Adds what one kernel contributes.
     *
     * @param kernel B
     * @param response V
     * @param constant the row of the constant, which all others precede
     */
    void addStatistics(float[] kernel, float[] response, int constant) {
        for (int o = 0; o < channels; o++) {
            sums[o] += response[constant * channels + o];
        }
        for (int k = 0; k < constant; k++) {
            int begin = k * channels;
            for (int o = 0; o < channels; o++) {
                squares[o] += (double) kernel[begin + o] * response[begin + o];
            }
        }
    }

    /** Takes the statistics of the batch and moves the running ones. */
    void useBatch() {
        double unbiasing = count / Math.max(1, count - 1);
        for (int o = 0; o < channels; o++) {
            mean[o] = sums[o] / count;
            double variance = Math.max(0, squares[o] / count - mean[o] * mean[o]);
            fold(o, variance);
            runningMean.put(o, (float) (runningMean.get(o) + momentum * (mean[o] - runningMean.get(o))));
            runningVariance.put(
                    o, (float) (runningVariance.get(o) + momentum * (unbiasing * variance - runningVariance.get(o))));
        }
    }

    /** Takes the running statistics. */
    void useRunning() {
        for (int o = 0; o < channels; o++) {
            mean[o] = runningMean.get(o);
            fold(o, runningVariance.get(o));
        }
    }

    private void fold(int o, double variance) {
        inverseDeviation[o] = 1 / Math.sqrt(variance + epsilon);
        factor[o] = (float) (scale.get(o) * inverseDeviation[o]);
        offset[o] = (float) (shift.get(o) - scale.get(o) * inverseDeviation[o] * mean[o]);
    }

    /**
     * The gradient of the product is dy = a·dz − e − c·y.
     *
     * @param shiftGradient Σ_t dz, which is dβ
     * @param products Σ D∘B, from which dγ follows
     * @param scaleGradient takes dγ
     * @param constant takes e
     * @param slope takes c
     */
    void differentiate(
            double[] shiftGradient, double[] products, double[] scaleGradient, float[] constant, float[] slope) {
        for (int o = 0; o < channels; o++) {
            double a = scale.get(o) * inverseDeviation[o];
            double gamma = inverseDeviation[o] * (products[o] - mean[o] * shiftGradient[o]);
            double c = a * inverseDeviation[o] * gamma / count;
            scaleGradient[o] = gamma;
            slope[o] = (float) c;
            constant[o] = (float) (a * shiftGradient[o] / count - c * mean[o]);
        }
    }
}
