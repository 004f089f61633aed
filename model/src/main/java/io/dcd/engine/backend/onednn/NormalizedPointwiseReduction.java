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
 * never formed follow from V = G·B: Σ_t y is V's row of the constant, Σ_t y² is Σ_k B∘V. With r = 1/√(σ² + ε): a = γ·r, dβ =
 * Σ_t dz, dγ = r·(Σ_k D∘B − μ·dβ), and the gradient of the product is dy = a·dz − e − c·y with c = a·r·dγ/T, e = a·dβ/T − c·μ.
 */
final class NormalizedPointwiseReduction implements BatchReduction {
    private final NormalizedPointwise operation;
    private final PointwiseMatrices matrices;
    private final int outputs;
    private final double count;
    private final NativeBuffer offset;
    private final FloatBuffer scale;
    private final FloatBuffer shift;
    private final FloatBuffer runningMean;
    private final FloatBuffer runningVariance;
    private final FloatBuffer scaleGradient;
    private final FloatBuffer shiftGradient;
    private final ChannelSums[] sums;
    private final ChannelSums total;
    private final float[] offsetRow;
    private final double[] mean;
    private final double[] inverseDeviation;
    private final float[] factor;
    private final float[] slope;
    private final float[] remainder;

    /** Two sums for each channel, over one thread's share of the batch. */
    private static final class ChannelSums {
        private final double[] plain;
        private final double[] products;

        ChannelSums(int channels) {
            plain = new double[channels];
            products = new double[channels];
        }

        void clear() {
            Arrays.fill(plain, 0);
            Arrays.fill(products, 0);
        }

        /** Adds {@code row} of {@code matrix}, and the rows before it of both matrices' product, value by value. */
        void add(float[] matrix, float[] other, int row) {
            int channels = plain.length;
            for (int o = 0; o < channels; o++) {
                plain[o] += matrix[row * channels + o];
            }
            for (int k = 0; k < row; k++) {
                int begin = k * channels;
                for (int o = 0; o < channels; o++) {
                    products[o] += (double) matrix[begin + o] * other[begin + o];
                }
            }
        }
    }

    NormalizedPointwiseReduction(NormalizedPointwise operation, ReductionMemory memory) {
        this.operation = operation;
        matrices = new PointwiseMatrices(operation, memory.batch());
        outputs = matrices.outputs();
        count = (double) memory.batch() * operation.output().shape().positions();
        offset = NativeBuffer.allocate(outputs);
        BatchNormalization normalization = operation.normalization();
        scale = floats(memory.parameter(normalization.scale()));
        shift = floats(memory.parameter(normalization.shift()));
        runningMean = floats(memory.parameter(normalization.runningMean()));
        runningVariance = floats(memory.parameter(normalization.runningVariance()));
        scaleGradient = floats(memory.parameterGradient(normalization.scale()));
        shiftGradient = floats(memory.parameterGradient(normalization.shift()));
        sums = new ChannelSums[memory.threads()];
        Arrays.setAll(sums, thread -> new ChannelSums(outputs));
        total = new ChannelSums(outputs);
        offsetRow = new float[outputs];
        mean = new double[outputs];
        inverseDeviation = new double[outputs];
        factor = new float[outputs];
        slope = new float[outputs];
        remainder = new float[outputs];
    }

    private static FloatBuffer floats(Buffer buffer) {
        return NativeBuffer.of(buffer).floats();
    }

    /** What the kernels multiply. */
    PointwiseMatrices matrices() {
        return matrices;
    }

    /** β − a·μ. */
    NativeBuffer offset() {
        return offset;
    }

    /** a. */
    float[] factor() {
        return factor;
    }

    /** c. */
    float[] slope() {
        return slope;
    }

    /** e. */
    float[] remainder() {
        return remainder;
    }

    @Override
    public void combineForward() {
        BatchNormalization normalization = operation.normalization();
        addThreads();
        for (int o = 0; o < outputs; o++) {
            mean[o] = total.plain[o] / count;
            double variance = Math.max(0, total.products[o] / count - mean[o] * mean[o]);
            inverseDeviation[o] = 1 / Math.sqrt(variance + normalization.epsilon());
            double a = scale.get(o) * inverseDeviation[o];
            factor[o] = (float) a;
            offsetRow[o] = (float) (shift.get(o) - a * mean[o]);
            double unbiased = variance * count / Math.max(1, count - 1);
            double m = normalization.momentum();
            runningMean.put(o, (float) (runningMean.get(o) + m * (mean[o] - runningMean.get(o))));
            runningVariance.put(o, (float) (runningVariance.get(o) + m * (unbiased - runningVariance.get(o))));
        }
        offset.write(offsetRow);
    }

    @Override
    public void combineBackward() {
        addThreads();
        for (int o = 0; o < outputs; o++) {
            double r = inverseDeviation[o];
            double a = scale.get(o) * r;
            double gamma = r * (total.products[o] - mean[o] * total.plain[o]);
            double c = a * r * gamma / count;
            shiftGradient.put(o, shiftGradient.get(o) + (float) total.plain[o]);
            scaleGradient.put(o, scaleGradient.get(o) + (float) gamma);
            slope[o] = (float) c;
            remainder[o] = (float) (a * total.plain[o] / count - c * mean[o]);
        }
    }

    /** Takes the sums of all threads and clears them. */
    private void addThreads() {
        total.clear();
        for (ChannelSums thread : sums) {
            for (int o = 0; o < outputs; o++) {
                total.plain[o] += thread.plain[o];
                total.products[o] += thread.products[o];
            }
            thread.clear();
        }
    }

    /** Adds to the sums of its thread what the statistics need of a slice. */
    Runnable statistics(KernelMemory memory) {
        return new Summation(matrices.responses(), memory);
    }

    /** Adds to the sums of its thread what the gradients of γ and β need of a slice. */
    Runnable derivativeSums(KernelMemory memory) {
        return new Summation(matrices.derivatives(), memory);
    }

    private final class Summation implements Runnable {
        private final FloatBuffer source;
        private final FloatBuffer kernels = matrices.kernels().floats();
        private final int first;
        private final int end;
        private final int size = matrices.size();
        private final ChannelSums target;
        private final float[] matrix = new float[size];
        private final float[] kernel = new float[size];

        Summation(NativeBuffer source, KernelMemory memory) {
            this.source = source.floats();
            first = memory.firstSample();
            end = first + memory.samples();
            target = sums[memory.thread()];
        }

        @Override
        public void run() {
            for (int n = first; n < end; n++) {
                source.get(n * size, matrix);
                kernels.get(n * size, kernel);
                target.add(matrix, kernel, matrices.constant());
            }
        }
    }

    @Override
    public void close() {
        matrices.close();
        offset.close();
    }
}
