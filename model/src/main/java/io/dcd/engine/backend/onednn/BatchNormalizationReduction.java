package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.BatchReduction;
import io.dcd.engine.backend.ReductionMemory;
import io.dcd.engine.operation.BatchNormalization;
import java.util.Arrays;

/**
 * What the kernels of one batch normalisation share. With T values of a channel, d = x − μ, r = 1/√(σ² + ε) and dz the
 * gradient before the activation: dβ = Σ dz, dγ = r·Σ dz·d and dx = γr·(dz − Σ dz/T) − (γr³·Σ dz·d/T)·(x − μ).
 */
final class BatchNormalizationReduction implements BatchReduction, Coefficients {
    private final BatchNormalization operation;
    private final Clip clip;
    private final int channels;
    private final double count;
    private final NativeBuffer scale;
    private final NativeBuffer shift;
    private final float[] factors;
    private final float[] constants;
    private final NativeBuffer runningMean;
    private final NativeBuffer runningVariance;
    private final NativeBuffer scaleGradient;
    private final NativeBuffer shiftGradient;
    private final Moments batch;
    private final Moments[] threadMoments;
    private final GradientSums[] threadGradients;
    private final float[] means;
    private final double[] inverseDeviations;
    private final float[] valueFactors;
    private final float[] deviationFactors;
    private final float[] gradientMeans;
    private final float[] oldMeans;
    private final float[] oldVariances;
    private final float[] gammas;
    private final float[] betas;
    private final float[] scaleSums;
    private final float[] shiftSums;

    /** Σ dz and Σ dz·d of one thread's share of the batch, in double precision. */
    static final class GradientSums {
        private final double[] gradients;
        private final double[] products;

        private GradientSums(int channels) {
            gradients = new double[channels];
            products = new double[channels];
        }

        void add(double[] toGradients, double[] toProducts) {
            for (int c = 0; c < gradients.length; c++) {
                gradients[c] += toGradients[c];
                products[c] += toProducts[c];
            }
        }

        private void clear() {
            Arrays.fill(gradients, 0);
            Arrays.fill(products, 0);
        }
    }

    BatchNormalizationReduction(BatchNormalization operation, ReductionMemory memory) {
        this.operation = operation;
        clip = Clip.of(operation.activation());
        channels = operation.input().shape().channels();
        count = (double) memory.batch() * operation.input().shape().positions();
        scale = NativeBuffer.of(memory.parameter(operation.scale()));
        runningMean = NativeBuffer.of(memory.parameter(operation.runningMean()));
        runningVariance = NativeBuffer.of(memory.parameter(operation.runningVariance()));
        scaleGradient = NativeBuffer.of(memory.parameterGradient(operation.scale()));
        shiftGradient = NativeBuffer.of(memory.parameterGradient(operation.shift()));
        shift = NativeBuffer.of(memory.parameter(operation.shift()));
        factors = new float[channels];
        constants = new float[channels];
        batch = new Moments(channels);
        threadMoments = new Moments[memory.threads()];
        Arrays.setAll(threadMoments, thread -> new Moments(channels));
        threadGradients = new GradientSums[memory.threads()];
        Arrays.setAll(threadGradients, thread -> new GradientSums(channels));
        means = new float[channels];
        inverseDeviations = new double[channels];
        valueFactors = new float[channels];
        deviationFactors = new float[channels];
        gradientMeans = new float[channels];
        oldMeans = new float[channels];
        oldVariances = new float[channels];
        gammas = new float[channels];
        betas = new float[channels];
        scaleSums = new float[channels];
        shiftSums = new float[channels];
    }

    static BatchNormalizationReduction of(BatchReduction reduction) {
        return (BatchNormalizationReduction) reduction;
    }

    /** Where a thread gathers the moments of its share of the batch. */
    Moments moments(int thread) {
        return threadMoments[thread];
    }

    /** Where a thread sums the gradients of its share of the batch. */
    GradientSums gradientSums(int thread) {
        return threadGradients[thread];
    }

    @Override
    public float[] factors() {
        return factors;
    }

    @Override
    public float[] constants() {
        return constants;
    }

    @Override
    public void refresh() {
        // combineForward has done it.
    }

    @Override
    public float[] means() {
        return means;
    }

    /** The factor of dz in dx. */
    float[] valueFactors() {
        return valueFactors;
    }

    /** The factor of d in dx. */
    float[] deviationFactors() {
        return deviationFactors;
    }

    /** Σ dz/T. */
    float[] gradientMeans() {
        return gradientMeans;
    }

    @Override
    public void combineForward() {
        batch.clear();
        for (Moments thread : threadMoments) {
            batch.add(thread);
            thread.clear();
        }
        runningMean.read(oldMeans);
        runningVariance.read(oldVariances);
        scale.read(gammas);
        shift.read(betas);
        for (int c = 0; c < channels; c++) {
            double biased = batch.squares(c) / count;
            means[c] = (float) batch.mean(c);
            inverseDeviations[c] = 1 / Math.sqrt(biased + operation.epsilon());
            factors[c] = (float) (clip.slope() * gammas[c] * inverseDeviations[c]);
            // What the mean loses as a float, the same for all values, is given back.
            constants[c] = (float)
                    (clip.slope() * (double) betas[c] + clip.offset() + factors[c] * (means[c] - batch.mean(c)));
            double unbiased = biased * count / Math.max(1, count - 1);
            oldMeans[c] += (float) (operation.momentum() * (batch.mean(c) - oldMeans[c]));
            oldVariances[c] += (float) (operation.momentum() * (unbiased - oldVariances[c]));
        }
        runningMean.write(oldMeans);
        runningVariance.write(oldVariances);
    }

    @Override
    public void combineBackward() {
        scale.read(gammas);
        scaleGradient.read(scaleSums);
        shiftGradient.read(shiftSums);
        for (int c = 0; c < channels; c++) {
            double shiftSum = 0;
            double deviationSum = 0;
            for (GradientSums thread : threadGradients) {
                shiftSum += thread.gradients[c];
                deviationSum += thread.products[c];
            }
            deviationSum += (means[c] - batch.mean(c)) * shiftSum;
            double r = inverseDeviations[c];
            shiftSums[c] += (float) shiftSum;
            scaleSums[c] += (float) (r * deviationSum);
            valueFactors[c] = (float) (gammas[c] * r);
            deviationFactors[c] = (float) (-valueFactors[c] * r * r * deviationSum / count);
            gradientMeans[c] = (float) (shiftSum / count);
        }
        scaleGradient.write(scaleSums);
        shiftGradient.write(shiftSums);
        for (GradientSums thread : threadGradients) {
            thread.clear();
        }
    }
}
