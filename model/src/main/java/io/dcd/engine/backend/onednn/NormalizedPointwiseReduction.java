package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.BatchReduction;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.backend.ReductionMemory;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.BatchNormalization;
import io.dcd.engine.operation.Convolution;
import io.dcd.engine.operation.NormalizedPointwise;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * The small matrices of a {@link NormalizedPointwiseKernel}, in its symbols: one for each sample of the batch, K × O (or
 * K × K), row-major. Rows are the inputs of W, those of P, the constant; then zeros up to whole vectors.
 *
 * <p>The statistics of the product that is never formed follow from V = G·B: Σ_t y is V's row of the constant, Σ_t y² is
 * Σ_k B∘V. With r = 1/√(σ² + ε): a = γ·r, dβ = Σ_t dz, dγ = r·(Σ_k D∘B − μ·dβ), and the gradient of the product is
 * dy = a·dz − e − c·y with c = a·r·dγ/T, e = a·dβ/T − c·μ.
 */
final class NormalizedPointwiseReduction implements BatchReduction {
    /** Rows of X̃ are whole vectors of this many floats. */
    private static final int VECTOR = 16;

    private final NormalizedPointwise operation;
    private final int batch;
    private final int inputs;
    private final int constant;
    private final int width;
    private final int outputs;
    private final int size;
    private final double count;
    private final NativeBuffer extended;
    private final NativeBuffer moments;
    private final NativeBuffer kernels;
    private final NativeBuffer responses;
    private final NativeBuffer folded;
    private final NativeBuffer derivatives;
    private final NativeBuffer offset;
    private final FloatBuffer scale;
    private final FloatBuffer shift;
    private final FloatBuffer runningMean;
    private final FloatBuffer runningVariance;
    private final FloatBuffer scaleGradient;
    private final FloatBuffer shiftGradient;
    private final FloatBuffer kernelValues;
    private final FloatBuffer momentValues;
    private final FloatBuffer responseValues;
    private final FloatBuffer derivativeValues;
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
        batch = memory.batch();
        inputs = operation.fixed().input().shape().channels();
        constant = inputs + latent(operation);
        width = (constant + VECTOR) / VECTOR * VECTOR;
        outputs = operation.output().shape().channels();
        size = width * outputs;
        int positions = operation.output().shape().positions();
        count = (double) batch * positions;
        extended = NativeBuffer.allocate((long) batch * positions * width);
        moments = NativeBuffer.allocate((long) batch * width * width);
        kernels = NativeBuffer.allocate((long) batch * size);
        responses = NativeBuffer.allocate((long) batch * size);
        folded = NativeBuffer.allocate((long) batch * size);
        derivatives = NativeBuffer.allocate((long) batch * size);
        offset = NativeBuffer.allocate(outputs);
        FloatBuffer rows = extended.floats();
        for (int row = 0; row < batch * positions; row++) {
            rows.put(row * width + constant, 1);
        }
        BatchNormalization normalization = operation.normalization();
        scale = floats(memory.parameter(normalization.scale()));
        shift = floats(memory.parameter(normalization.shift()));
        runningMean = floats(memory.parameter(normalization.runningMean()));
        runningVariance = floats(memory.parameter(normalization.runningVariance()));
        scaleGradient = floats(memory.parameterGradient(normalization.scale()));
        shiftGradient = floats(memory.parameterGradient(normalization.shift()));
        kernelValues = kernels.floats();
        momentValues = moments.floats();
        responseValues = responses.floats();
        derivativeValues = derivatives.floats();
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

    /** The number of channels of u, or 0 if there is none. */
    static int latent(NormalizedPointwise operation) {
        return operation
                .residual()
                .map(residual -> residual.input().shape().channels())
                .orElse(0);
    }

    private static FloatBuffer floats(Buffer buffer) {
        return NativeBuffer.of(buffer).floats();
    }

    /** K. */
    int width() {
        return width;
    }

    /** X̃. */
    NativeBuffer extended() {
        return extended;
    }

    /** G. */
    NativeBuffer moments() {
        return moments;
    }

    /** B. */
    NativeBuffer kernels() {
        return kernels;
    }

    /** V; after {@link #differentiation} −c ⊙ B, and −e in the row of the constant. */
    NativeBuffer responses() {
        return responses;
    }

    /** a ⊙ B. */
    NativeBuffer folded() {
        return folded;
    }

    /** D. */
    NativeBuffer derivatives() {
        return derivatives;
    }

    /** β − a·μ. */
    NativeBuffer offset() {
        return offset;
    }

    /** The part of a buffer of equally large matrices that belongs to some samples. */
    NativeBuffer of(NativeBuffer matrices, int first, int samples) {
        long elements = matrices.elements() / batch;
        return matrices.slice(first * elements, samples * elements);
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
        return new Summation(responses, memory);
    }

    /** Adds to the sums of its thread what the gradients of γ and β need of a slice. */
    Runnable derivativeSums(KernelMemory memory) {
        return new Summation(derivatives, memory);
    }

    /** Writes a ⊙ B for a slice. */
    Runnable folding(KernelMemory memory) {
        return new Folding(memory);
    }

    /** Writes B for a slice. */
    Runnable assembly(KernelMemory memory) {
        return new Assembly(memory);
    }

    /** From D the gradients of the parameters and of λ for a slice, and the matrix that yields R. */
    Runnable differentiation(KernelMemory memory) {
        return new Differentiation(memory);
    }

    private final class Summation implements Runnable {
        private final FloatBuffer matrices;
        private final int first;
        private final int end;
        private final ChannelSums target;
        private final float[] matrix = new float[size];
        private final float[] kernel = new float[size];

        Summation(NativeBuffer matrices, KernelMemory memory) {
            this.matrices = matrices.floats();
            first = memory.firstSample();
            end = first + memory.samples();
            target = sums[memory.thread()];
        }

        @Override
        public void run() {
            for (int n = first; n < end; n++) {
                matrices.get(n * size, matrix);
                kernelValues.get(n * size, kernel);
                target.add(matrix, kernel, constant);
            }
        }
    }

    private final class Folding implements Runnable {
        private final FloatBuffer target = folded.floats();
        private final int first;
        private final int end;
        private final float[] kernel = new float[size];

        Folding(KernelMemory memory) {
            first = memory.firstSample();
            end = first + memory.samples();
        }

        @Override
        public void run() {
            for (int n = first; n < end; n++) {
                kernelValues.get(n * size, kernel);
                for (int k = 0; k < constant; k++) {
                    int begin = k * outputs;
                    for (int o = 0; o < outputs; o++) {
                        kernel[begin + o] *= factor[o];
                    }
                }
                target.put(n * size, kernel);
            }
        }
    }

    private final class Assembly implements Runnable {
        private final int first;
        private final int samples;
        private final TransposedWeights weights;
        private final FloatBuffer attention;
        private final float[] kernel = new float[size];
        private final float[] factors = new float[outputs];

        Assembly(KernelMemory memory) {
            first = memory.firstSample();
            samples = memory.samples();
            weights = new TransposedWeights(memory);
            attention = floats(memory.value(operation.attention().factor()));
        }

        @Override
        public void run() {
            weights.read();
            System.arraycopy(weights.rows, 0, kernel, 0, weights.rows.length);
            for (int n = 0; n < samples; n++) {
                attention.get(n * outputs, factors);
                for (int i = 0; i < inputs; i++) {
                    int begin = i * outputs;
                    for (int o = 0; o < outputs; o++) {
                        kernel[begin + o] = weights.rows[begin + o] * factors[o];
                    }
                }
                kernelValues.put((first + n) * size, kernel);
            }
        }
    }

    private final class Differentiation implements Runnable {
        private final int first;
        private final int samples;
        private final TransposedWeights weights;
        private final FloatBuffer attention;
        private final List<FloatBuffer> weightGradients;
        private final FloatBuffer attentionGradient;
        private final boolean accumulates;
        private final float[] transposed = new float[constant * outputs];
        private final float[] derivative = new float[size];
        private final float[] kernel = new float[size];
        private final float[] response = new float[size];
        private final float[] factors = new float[outputs];
        private final float[] attentionRow = new float[outputs];

        Differentiation(KernelMemory memory) {
            first = memory.firstSample();
            samples = memory.samples();
            weights = new TransposedWeights(memory);
            Tensor factor = operation.attention().factor();
            attention = floats(memory.value(factor));
            weightGradients = operation.parts().stream()
                    .filter(Convolution.class::isInstance)
                    .map(part ->
                            floats(memory.parameterGradient(part.parameters().get(0))))
                    .toList();
            GradientMode mode = memory.gradientMode(factor);
            attentionGradient = mode == GradientMode.NONE ? null : floats(memory.gradient(factor));
            accumulates = mode == GradientMode.ACCUMULATE;
        }

        @Override
        public void run() {
            weights.read();
            Arrays.fill(transposed, 0);
            for (int n = 0; n < samples; n++) {
                differentiate(n);
            }
            addTransposed(weightGradients.get(0), inputs, 0);
            if (weightGradients.size() > 1) {
                addTransposed(weightGradients.get(1), constant - inputs, inputs);
            }
        }

        private void differentiate(int n) {
            int sample = first + n;
            derivativeValues.get(sample * size, derivative);
            kernelValues.get(sample * size, kernel);
            responseValues.get(sample * size, response);
            attention.get(n * outputs, factors);
            Arrays.fill(attentionRow, 0);
            for (int k = 0; k < constant; k++) {
                combine(k * outputs, momentValues.get((sample * width + k) * width + constant));
                if (k < inputs) {
                    addAttended(k * outputs);
                } else {
                    addPlain(k * outputs);
                }
            }
            for (int o = 0; o < outputs; o++) {
                response[constant * outputs + o] = -remainder[o];
            }
            responseValues.put(sample * size, response);
            if (attentionGradient != null) {
                writeAttention(n);
            }
        }

        /** One row of dB = a ⊙ D − c ⊙ V − G[k, 1]·e in place of D, and of −c ⊙ B in place of V. */
        private void combine(int begin, float sum) {
            for (int o = 0; o < outputs; o++) {
                derivative[begin + o] =
                        factor[o] * derivative[begin + o] - slope[o] * response[begin + o] - sum * remainder[o];
            }
            for (int o = 0; o < outputs; o++) {
                response[begin + o] = -slope[o] * kernel[begin + o];
            }
        }

        private void addAttended(int begin) {
            for (int o = 0; o < outputs; o++) {
                transposed[begin + o] += factors[o] * derivative[begin + o];
                attentionRow[o] += weights.rows[begin + o] * derivative[begin + o];
            }
        }

        private void addPlain(int begin) {
            for (int o = 0; o < outputs; o++) {
                transposed[begin + o] += derivative[begin + o];
            }
        }

        private void writeAttention(int n) {
            if (accumulates) {
                attentionGradient.get(n * outputs, factors);
                for (int o = 0; o < outputs; o++) {
                    attentionRow[o] += factors[o];
                }
            }
            attentionGradient.put(n * outputs, attentionRow);
        }

        private void addTransposed(FloatBuffer target, int columns, int firstRow) {
            for (int o = 0; o < outputs; o++) {
                for (int i = 0; i < columns; i++) {
                    int index = o * columns + i;
                    target.put(index, target.get(index) + transposed[(firstRow + i) * outputs + o]);
                }
            }
        }
    }

    /** [W | P]ᵀ, read from the flat vector. */
    private final class TransposedWeights {
        private final FloatBuffer fixed;
        private final FloatBuffer residual;
        private final float[] rows = new float[constant * outputs];

        TransposedWeights(KernelMemory memory) {
            fixed = floats(memory.parameter(operation.fixed().weights()));
            residual = operation
                    .residual()
                    .map(convolution -> floats(memory.parameter(convolution.weights())))
                    .orElse(null);
        }

        void read() {
            transpose(fixed, inputs, 0);
            if (residual != null) {
                transpose(residual, constant - inputs, inputs);
            }
        }

        private void transpose(FloatBuffer source, int columns, int firstRow) {
            for (int o = 0; o < outputs; o++) {
                for (int i = 0; i < columns; i++) {
                    rows[(firstRow + i) * outputs + o] = source.get(o * columns + i);
                }
            }
        }
    }

    @Override
    public void close() {
        List.of(extended, moments, kernels, responses, folded, derivatives, offset)
                .forEach(NativeBuffer::close);
    }
}
