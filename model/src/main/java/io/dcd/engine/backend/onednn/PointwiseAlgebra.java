package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.NormalizedPointwise;
import io.dcd.engine.operation.Scale;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The small matrices of {@link NormalizedPointwiseKernel}, in its symbols. Each is K × O (or K × K for G), row-major, K
 * padded with zeros; rows are the inputs of W, those of P, the constant.
 */
final class PointwiseAlgebra {
    private final NormalizedPointwise operation;
    private final int batch;
    private final int kernelCount;
    private final int width;
    private final int outputs;
    private final int inputs;
    private final int latent;
    private final int constant;
    private final int size;
    private final FoldedNormalization normalization;
    private final NativeBuffer kernels;
    private final NativeBuffer folded;
    private final NativeBuffer offset;
    private final NativeBuffer moments;
    private final NativeBuffer responses;
    private final NativeBuffer derivatives;
    private final FloatBuffer weights;
    private final FloatBuffer latentWeights;
    private final FloatBuffer attention;
    private final Gradients gradients;
    private final float[] transposedWeights;
    private final float[] kernel;
    private final float[] response;
    private final float[] derivative;
    private final float[] factors;
    private final NativeBuffer parameters;
    private long foldedVersion = -1;

    /** What the backward pass writes and works with. */
    private final class Gradients {
        private final FloatBuffer weights;
        private final FloatBuffer latentWeights;
        private final FloatBuffer scale;
        private final FloatBuffer shift;
        private final FloatBuffer attention;
        private final boolean accumulatesAttention;
        private final float[] transposed = new float[(inputs + latent) * outputs];
        private final float[] attentionRow = new float[outputs];
        private final double[] shiftRow = new double[outputs];
        private final double[] scaleRow = new double[outputs];
        private final double[] products = new double[outputs];
        private final float[] constantTerm = new float[outputs];
        private final float[] slope = new float[outputs];

        Gradients(KernelBuilder builder) {
            weights = builder.gradientFloats(operation.fixed().weights());
            latentWeights = operation
                    .residual()
                    .map(residual -> builder.gradientFloats(residual.weights()))
                    .orElse(null);
            scale = builder.gradientFloats(operation.normalization().scale());
            shift = builder.gradientFloats(operation.normalization().shift());
            Tensor factor = operation.attention().map(Scale::factor).orElse(null);
            boolean needed = factor != null && builder.needsGradient(factor);
            attention =
                    needed ? NativeBuffer.of(builder.memory().gradient(factor)).floats() : null;
            accumulatesAttention = needed && builder.memory().gradientMode(factor) == GradientMode.ACCUMULATE;
        }
    }

    PointwiseAlgebra(NormalizedPointwise operation, KernelBuilder builder, int width) {
        this.operation = operation;
        this.width = width;
        batch = builder.batch();
        outputs = operation.output().shape().channels();
        inputs = operation.fixed().input().shape().channels();
        latent = operation
                .residual()
                .map(residual -> residual.input().shape().channels())
                .orElse(0);
        constant = inputs + latent;
        kernelCount = operation.attention().isPresent() ? batch : 1;
        size = width * outputs;
        double count = (double) batch * operation.output().shape().positions();
        normalization = new FoldedNormalization(operation.normalization(), builder, count);
        kernels = builder.keptBuffer((long) kernelCount * size);
        folded = builder.keptBuffer((long) kernelCount * size);
        offset = builder.keptBuffer(outputs);
        boolean training = builder.training();
        moments = training ? builder.keptBuffer((long) batch * width * width) : null;
        responses = training ? builder.keptBuffer((long) kernelCount * size) : null;
        derivatives = training ? builder.keptBuffer((long) batch * size) : null;
        parameters =
                NativeBuffer.of(builder.memory().parameter(operation.fixed().weights()));
        weights = parameters.floats();
        latentWeights = operation
                .residual()
                .map(residual -> builder.floats(residual.weights()))
                .orElse(null);
        attention = operation
                .attention()
                .map(scale ->
                        NativeBuffer.of(builder.memory().value(scale.factor())).floats())
                .orElse(null);
        gradients = training ? new Gradients(builder) : null;
        transposedWeights = new float[constant * outputs];
        kernel = new float[size];
        response = new float[size];
        derivative = new float[size];
        factors = new float[outputs];
    }

    /** B, for each sample or one for all. */
    NativeBuffer kernels() {
        return kernels;
    }

    /** a ⊙ B. */
    NativeBuffer folded() {
        return folded;
    }

    /** β − a·μ. */
    NativeBuffer offset() {
        return offset;
    }

    /** G of each sample; after {@link #shareMoments} the first one holds their sum if the kernel is shared. */
    NativeBuffer moments() {
        return moments;
    }

    /** V = G·B; after {@link #differentiate} −c ⊙ B, and −e in the row of the constant. */
    NativeBuffer responses() {
        return responses;
    }

    /** D of each sample. */
    NativeBuffer derivatives() {
        return derivatives;
    }

    /** Writes B. */
    void assemble() {
        transpose(weights, inputs, 0);
        if (latentWeights != null) {
            transpose(latentWeights, latent, inputs);
        }
        FloatBuffer target = kernels.floats();
        System.arraycopy(transposedWeights, 0, kernel, 0, transposedWeights.length);
        Arrays.fill(kernel, transposedWeights.length, size, 0);
        for (int n = 0; n < kernelCount; n++) {
            if (attention != null) {
                attention.get(n * outputs, factors);
                for (int i = 0; i < inputs; i++) {
                    multiply(transposedWeights, i * outputs, factors, kernel);
                }
            }
            target.put(n * size, kernel);
        }
    }

    private void transpose(FloatBuffer source, int columns, int firstRow) {
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < columns; i++) {
                transposedWeights[(firstRow + i) * outputs + o] = source.get(o * columns + i);
            }
        }
    }

    /** Sums G over the samples if they share one kernel. */
    void shareMoments() {
        if (kernelCount == 1) {
            sumIntoFirst(moments.floats(), width * width);
        }
    }

    private void sumIntoFirst(FloatBuffer matrices, int elements) {
        float[] sum = new float[elements];
        float[] next = new float[elements];
        matrices.get(0, sum);
        for (int n = 1; n < batch; n++) {
            matrices.get(n * elements, next);
            for (int i = 0; i < elements; i++) {
                sum[i] += next[i];
            }
        }
        matrices.put(0, sum);
    }

    /** Normalises by the batch: from B and V the statistics, a ⊙ B and the offset. */
    void foldBatch() {
        normalization.beginStatistics();
        FloatBuffer b = kernels.floats();
        FloatBuffer v = responses.floats();
        for (int n = 0; n < kernelCount; n++) {
            b.get(n * size, kernel);
            v.get(n * size, response);
            normalization.addStatistics(kernel, response, constant);
        }
        normalization.useBatch();
        fold();
    }

    /** Writes B and normalises it by the running statistics; a shared kernel only when parameters have been written. */
    void foldRunning() {
        long version = parameters.version();
        if (kernelCount > 1 || version != foldedVersion) {
            assemble();
            normalization.useRunning();
            fold();
            foldedVersion = version;
        }
    }

    private void fold() {
        FloatBuffer b = kernels.floats();
        FloatBuffer f = folded.floats();
        for (int n = 0; n < kernelCount; n++) {
            b.get(n * size, kernel);
            for (int k = 0; k < constant; k++) {
                multiply(kernel, k * outputs, normalization.factor(), kernel);
            }
            f.put(n * size, kernel);
        }
        offset.floats().put(0, normalization.offset());
    }

    private static void multiply(float[] matrix, int begin, float[] row, float[] target) {
        for (int o = 0; o < row.length; o++) {
            target[begin + o] = matrix[begin + o] * row[o];
        }
    }

    /** From D the gradients of all parameters and of λ, and the matrix that yields R. */
    void differentiate() {
        FloatBuffer d = derivatives.floats();
        if (kernelCount == 1) {
            sumIntoFirst(d, size);
        }
        differentiateNormalization(d);
        Arrays.fill(gradients.transposed, 0);
        for (int n = 0; n < kernelCount; n++) {
            differentiateKernel(n, d);
        }
        writeTransposed(gradients.weights, inputs, 0);
        if (latentWeights != null) {
            writeTransposed(gradients.latentWeights, latent, inputs);
        }
    }

    private void differentiateNormalization(FloatBuffer d) {
        Gradients g = gradients;
        Arrays.fill(g.shiftRow, 0);
        Arrays.fill(g.products, 0);
        for (int n = 0; n < kernelCount; n++) {
            d.get(n * size, derivative);
            kernels.floats().get(n * size, kernel);
            for (int o = 0; o < outputs; o++) {
                g.shiftRow[o] += derivative[constant * outputs + o];
            }
            for (int k = 0; k < constant; k++) {
                addProducts(derivative, kernel, k * outputs, g.products);
            }
        }
        normalization.differentiate(g.shiftRow, g.products, g.scaleRow, g.constantTerm, g.slope);
        for (int o = 0; o < outputs; o++) {
            g.shift.put(o, (float) g.shiftRow[o]);
            g.scale.put(o, (float) g.scaleRow[o]);
        }
    }

    private static void addProducts(float[] left, float[] right, int begin, double[] sums) {
        for (int o = 0; o < sums.length; o++) {
            sums[o] += (double) left[begin + o] * right[begin + o];
        }
    }

    private void differentiateKernel(int n, FloatBuffer d) {
        Gradients g = gradients;
        d.get(n * size, derivative);
        kernels.floats().get(n * size, kernel);
        responses.floats().get(n * size, response);
        Arrays.fill(g.attentionRow, 0);
        if (attention != null) {
            attention.get(n * outputs, factors);
        }
        for (int k = 0; k < constant; k++) {
            float sum = moments.floats().get((n * width + k) * width + constant);
            int begin = k * outputs;
            combine(begin, sum);
            if (k < inputs && attention != null) {
                addAttended(begin);
            } else {
                addPlain(begin);
            }
            for (int o = 0; o < outputs; o++) {
                response[begin + o] = -g.slope[o] * kernel[begin + o];
            }
        }
        for (int o = 0; o < outputs; o++) {
            response[constant * outputs + o] = -g.constantTerm[o];
        }
        responses.floats().put(n * size, response);
        if (g.attention != null) {
            writeAttention(n);
        }
    }

    /** One row of dB = a ⊙ D − c ⊙ V − G[k, 1]·e, in place of D. */
    private void combine(int begin, float sum) {
        float[] a = normalization.factor();
        float[] c = gradients.slope;
        float[] e = gradients.constantTerm;
        for (int o = 0; o < outputs; o++) {
            derivative[begin + o] = a[o] * derivative[begin + o] - c[o] * response[begin + o] - sum * e[o];
        }
    }

    private void addAttended(int begin) {
        float[] target = gradients.transposed;
        float[] row = gradients.attentionRow;
        for (int o = 0; o < outputs; o++) {
            target[begin + o] += factors[o] * derivative[begin + o];
            row[o] += transposedWeights[begin + o] * derivative[begin + o];
        }
    }

    private void addPlain(int begin) {
        float[] target = gradients.transposed;
        for (int o = 0; o < outputs; o++) {
            target[begin + o] += derivative[begin + o];
        }
    }

    private void writeAttention(int n) {
        Gradients g = gradients;
        if (g.accumulatesAttention) {
            g.attention.get(n * outputs, factors);
            for (int o = 0; o < outputs; o++) {
                g.attentionRow[o] += factors[o];
            }
        }
        g.attention.put(n * outputs, g.attentionRow);
    }

    private void writeTransposed(FloatBuffer target, int columns, int firstRow) {
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < columns; i++) {
                target.put(o * columns + i, gradients.transposed[(firstRow + i) * outputs + o]);
            }
        }
    }
}
