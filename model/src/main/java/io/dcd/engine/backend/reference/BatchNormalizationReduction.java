package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.BatchReduction;
import io.dcd.engine.backend.ReductionMemory;
import io.dcd.engine.operation.BatchNormalization;

/** Mean and variance of each channel over the batch, and the sums of its gradients. */
final class BatchNormalizationReduction implements BatchReduction {
    private final BatchNormalization operation;
    private final int channels;
    private final int count;
    private final ReferenceBuffer runningMean;
    private final ReferenceBuffer runningVariance;
    private final ReferenceBuffer scaleGradient;
    private final ReferenceBuffer shiftGradient;
    /** Sums of one thread and channel: Σ x, Σ x², Σ dz, Σ dz·x̂. */
    private final double[][][] sums;

    private final double[] mean;
    private final double[] inverseDeviation;
    private final double[] shiftSum;
    private final double[] scaleSum;

    BatchNormalizationReduction(BatchNormalization operation, ReductionMemory memory) {
        this.operation = operation;
        channels = operation.input().shape().channels();
        count = memory.batch() * operation.input().shape().positions();
        runningMean = ReferenceBuffer.of(memory.parameter(operation.runningMean()));
        runningVariance = ReferenceBuffer.of(memory.parameter(operation.runningVariance()));
        scaleGradient = ReferenceBuffer.of(memory.parameterGradient(operation.scale()));
        shiftGradient = ReferenceBuffer.of(memory.parameterGradient(operation.shift()));
        sums = new double[memory.threads()][4][channels];
        mean = new double[channels];
        inverseDeviation = new double[channels];
        shiftSum = new double[channels];
        scaleSum = new double[channels];
    }

    void addValue(int thread, int c, double x) {
        addValues(thread, c, x, x * x);
    }

    /** Adds Σ x and Σ x² of some values. */
    void addValues(int thread, int c, double sum, double squares) {
        sums[thread][0][c] += sum;
        sums[thread][1][c] += squares;
    }

    void addGradient(int thread, int c, double dz, double x) {
        addGradients(thread, c, dz, dz * x);
    }

    /** Adds Σ dz and Σ dz·x of some values. */
    void addGradients(int thread, int c, double sum, double products) {
        sums[thread][2][c] += sum;
        sums[thread][3][c] += (products - mean[c] * sum) * inverseDeviation[c];
    }

    double normalized(int c, double x) {
        return (x - mean[c]) * inverseDeviation[c];
    }

    double inverseDeviation(int c) {
        return inverseDeviation[c];
    }

    /** dx/γ. */
    double inputGradient(int c, double dz, double x) {
        return inverseDeviation[c] * (dz - shiftSum[c] / count - normalized(c, x) * scaleSum[c] / count);
    }

    @Override
    public void combineForward() {
        for (int c = 0; c < channels; c++) {
            mean[c] = take(0, c) / count;
            // In double precision the difference of squares keeps enough digits.
            double variance = Math.max(0, take(1, c) / count - mean[c] * mean[c]);
            inverseDeviation[c] = 1 / Math.sqrt(variance + operation.epsilon());
            double unbiased = variance * count / Math.max(1, count - 1);
            runningMean.add(c, operation.momentum() * (mean[c] - runningMean.get(c)));
            runningVariance.add(c, operation.momentum() * (unbiased - runningVariance.get(c)));
        }
    }

    @Override
    public void combineBackward() {
        for (int c = 0; c < channels; c++) {
            shiftSum[c] = take(2, c);
            scaleSum[c] = take(3, c);
            shiftGradient.add(c, shiftSum[c]);
            scaleGradient.add(c, scaleSum[c]);
        }
    }

    /** The sum over the threads, which is cleared. */
    private double take(int kind, int c) {
        double sum = 0;
        for (double[][] thread : sums) {
            sum += thread[kind][c];
            thread[kind][c] = 0;
        }
        return sum;
    }
}
