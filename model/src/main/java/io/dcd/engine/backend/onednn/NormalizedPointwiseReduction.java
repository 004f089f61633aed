package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.BatchReduction;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.backend.ReductionMemory;
import io.dcd.engine.operation.BatchNormalization;
import io.dcd.engine.operation.NormalizedPointwise;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The batch normalisation in a {@link NormalizedPointwiseKernel}, in its symbols. The statistics of the product that is
 * never formed follow from V_n = G_n·B_n: y − κ_n sums to V_n's row of the constant, its squares to Σ_k B_n∘V_n. With
 * r = 1/√(σ² + ε): a = γ·r, dβ = Σ dz, dγ = r·Σ_n (Σ_k D_n∘B_n + (κ_n − μ)·D_n[1]), and the gradient of the product is
 * dy = a·dz − e_n − c·(y − κ_n) with c = a·r·dγ/T, e_n = a·dβ/T + c·(κ_n − μ).
 */
final class NormalizedPointwiseReduction implements BatchReduction {
    private final NormalizedPointwise operation;
    private final PointwiseMatrices matrices;
    private final int outputs;
    private final double count;
    private final FloatBuffer scale;
    private final FloatBuffer shift;
    private final FloatBuffer runningMean;
    private final FloatBuffer runningVariance;
    private final FloatBuffer scaleGradient;
    private final FloatBuffer shiftGradient;
    private final Moments batch;
    private final Moments[] threadMoments;
    private final double[][] threadShiftSums;
    private final double[][] threadScaleSums;
    private final double[] mean;
    private final double[] inverseDeviation;
    private final float[] factor;
    private final float[] slope;
    private final double[] remainder;

    NormalizedPointwiseReduction(NormalizedPointwise operation, ReductionMemory memory) {
        this.operation = operation;
        matrices = new PointwiseMatrices(operation, memory.batch());
        outputs = matrices.outputs();
        count = (double) memory.batch() * operation.output().shape().positions();
        BatchNormalization normalization = operation.normalization();
        scale = floats(memory.parameter(normalization.scale()));
        shift = floats(memory.parameter(normalization.shift()));
        runningMean = floats(memory.parameter(normalization.runningMean()));
        runningVariance = floats(memory.parameter(normalization.runningVariance()));
        scaleGradient = floats(memory.parameterGradient(normalization.scale()));
        shiftGradient = floats(memory.parameterGradient(normalization.shift()));
        batch = new Moments(outputs);
        threadMoments = new Moments[memory.threads()];
        Arrays.setAll(threadMoments, thread -> new Moments(outputs));
        threadShiftSums = new double[memory.threads()][outputs];
        threadScaleSums = new double[memory.threads()][outputs];
        mean = new double[outputs];
        inverseDeviation = new double[outputs];
        factor = new float[outputs];
        slope = new float[outputs];
        remainder = new double[outputs];
    }

    private static FloatBuffer floats(Buffer buffer) {
        return NativeBuffer.of(buffer).floats();
    }

    /** What the kernels multiply. */
    PointwiseMatrices matrices() {
        return matrices;
    }

    /** μ. */
    double[] mean() {
        return mean;
    }

    /** β. */
    FloatBuffer shift() {
        return shift;
    }

    /** a. */
    float[] factor() {
        return factor;
    }

    /** c. */
    float[] slope() {
        return slope;
    }

    /** a·dβ/T. */
    double[] remainder() {
        return remainder;
    }

    @Override
    public void combineForward() {
        BatchNormalization normalization = operation.normalization();
        batch.clear();
        for (Moments thread : threadMoments) {
            batch.add(thread);
            thread.clear();
        }
        for (int o = 0; o < outputs; o++) {
            mean[o] = batch.mean(o);
            double variance = batch.squares(o) / count;
            inverseDeviation[o] = 1 / Math.sqrt(variance + normalization.epsilon());
            factor[o] = (float) (scale.get(o) * inverseDeviation[o]);
            double unbiased = variance * count / Math.max(1, count - 1);
            double m = normalization.momentum();
            runningMean.put(o, (float) (runningMean.get(o) + m * (mean[o] - runningMean.get(o))));
            runningVariance.put(o, (float) (runningVariance.get(o) + m * (unbiased - runningVariance.get(o))));
        }
    }

    @Override
    public void combineBackward() {
        for (int o = 0; o < outputs; o++) {
            double beta = takeSum(threadShiftSums, o);
            double r = inverseDeviation[o];
            double gamma = r * takeSum(threadScaleSums, o);
            double a = factor[o];
            shiftGradient.put(o, shiftGradient.get(o) + (float) beta);
            scaleGradient.put(o, scaleGradient.get(o) + (float) gamma);
            slope[o] = (float) (a * r * gamma / count);
            remainder[o] = a * beta / count;
        }
    }

    /** The sum of a channel over all threads, which begin anew. */
    private static double takeSum(double[][] threads, int channel) {
        double sum = 0;
        for (double[] thread : threads) {
            sum += thread[channel];
            thread[channel] = 0;
        }
        return sum;
    }

    /** Adds to the moments of its thread those of a slice. */
    Runnable statistics(KernelMemory memory) {
        return new Statistics(memory);
    }

    /** Adds to the sums of its thread what the gradients of γ and β need of a slice. */
    Runnable derivativeSums(KernelMemory memory) {
        return new DerivativeSums(memory);
    }

    /** For each sample of a slice the row of the constant of a matrix, and its product with B, value by value. */
    private abstract class Sums implements Runnable {
        private final FloatBuffer source;
        private final FloatBuffer kernels = matrices.kernels().floats();
        private final int first;
        private final int end;
        private final float[] matrix = new float[matrices.size()];
        private final float[] kernel = new float[matrices.size()];
        private final double[] plain = new double[outputs];
        private final double[] products = new double[outputs];

        Sums(NativeBuffer source, KernelMemory memory) {
            this.source = source.floats();
            first = memory.firstSample();
            end = first + memory.samples();
        }

        /** Takes the sums of one sample, which may be written to. */
        abstract void add(double[] plain, double[] products, double[] level);

        @Override
        public void run() {
            for (int n = first; n < end; n++) {
                source.get(n * matrix.length, matrix);
                kernels.get(n * matrix.length, kernel);
                int last = matrices.constant() * outputs;
                Arrays.fill(products, 0);
                for (int begin = 0; begin < last; begin += outputs) {
                    for (int o = 0; o < outputs; o++) {
                        products[o] += (double) matrix[begin + o] * kernel[begin + o];
                    }
                }
                for (int o = 0; o < outputs; o++) {
                    plain[o] = matrix[last + o];
                }
                add(plain, products, matrices.levels()[n]);
            }
        }
    }

    private final class Statistics extends Sums {
        private final int positions = operation.output().shape().positions();
        private final Moments target;

        Statistics(KernelMemory memory) {
            super(matrices.responses(), memory);
            target = threadMoments[memory.thread()];
        }

        @Override
        void add(double[] plain, double[] products, double[] level) {
            for (int o = 0; o < outputs; o++) {
                double mean = plain[o] / positions;
                products[o] = Math.max(0, products[o] - plain[o] * mean);
                plain[o] = level[o] + mean;
            }
            target.add(positions, plain, products);
        }
    }

    private final class DerivativeSums extends Sums {
        private final double[] shiftSums;
        private final double[] scaleSums;

        DerivativeSums(KernelMemory memory) {
            super(matrices.derivatives(), memory);
            shiftSums = threadShiftSums[memory.thread()];
            scaleSums = threadScaleSums[memory.thread()];
        }

        @Override
        void add(double[] plain, double[] products, double[] level) {
            for (int o = 0; o < outputs; o++) {
                shiftSums[o] += plain[o];
                scaleSums[o] += products[o] + (level[o] - mean[o]) * plain[o];
            }
        }
    }

    @Override
    public void close() {
        matrices.close();
    }
}
