package io.dcd.engine.backend.onednn;

import io.dcd.engine.operation.Convolution;
import io.dcd.engine.operation.NormalizedPointwise;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * The matrices of a {@link NormalizedPointwiseKernel}, in its symbols, of every sample of the batch. The small ones are
 * K × O (or K × K), row-major; rows are the inputs of W, those of P, the constant; then zeros up to whole vectors.
 */
final class PointwiseMatrices implements AutoCloseable {
    /** Rows of X̃ are whole vectors of this many floats. */
    private static final int VECTOR = 16;

    private final int batch;
    private final int inputs;
    private final int constant;
    private final int width;
    private final int outputs;
    private final NativeBuffer extended;
    private final NativeBuffer gradients;
    private final NativeBuffer moments;
    private final NativeBuffer kernels;
    private final NativeBuffer responses;
    private final NativeBuffer folded;
    private final NativeBuffer derivatives;
    private final float[][] pivots;
    private final double[][] levels;

    PointwiseMatrices(NormalizedPointwise operation, int batch) {
        this.batch = batch;
        inputs = operation.fixed().input().shape().channels();
        constant = inputs + latent(operation);
        width = (constant + VECTOR) / VECTOR * VECTOR;
        outputs = operation.output().shape().channels();
        int positions = operation.output().shape().positions();
        extended = NativeBuffer.allocate((long) batch * positions * width);
        gradients = NativeBuffer.allocate((long) batch * positions * width);
        moments = NativeBuffer.allocate((long) batch * width * width);
        kernels = NativeBuffer.allocate((long) batch * size());
        responses = NativeBuffer.allocate((long) batch * size());
        folded = NativeBuffer.allocate((long) batch * size());
        derivatives = NativeBuffer.allocate((long) batch * size());
        pivots = new float[batch][width];
        levels = new double[batch][outputs];
        FloatBuffer rows = extended.floats();
        for (int row = 0; row < batch * positions; row++) {
            rows.put(row * width + constant, 1);
        }
    }

    /** The number of channels of u, or 0 if there is none. */
    static int latent(NormalizedPointwise operation) {
        return operation
                .residual()
                .map(Convolution::input)
                .map(u -> u.shape().channels())
                .orElse(0);
    }

    /** The number of rows that belong to W. */
    int inputs() {
        return inputs;
    }

    /** The row of the constant: all rows before it belong to W or P. */
    int constant() {
        return constant;
    }

    /** K. */
    int width() {
        return width;
    }

    /** O. */
    int outputs() {
        return outputs;
    }

    /** K · O. */
    int size() {
        return width * outputs;
    }

    /** X̃. */
    NativeBuffer extended() {
        return extended;
    }

    /** dX̃; between the reduction and the backward phase dz·(a ⊙ B)ᵀ alone. */
    NativeBuffer gradients() {
        return gradients;
    }

    /** G. */
    NativeBuffer moments() {
        return moments;
    }

    /** B. */
    NativeBuffer kernels() {
        return kernels;
    }

    /** V; after {@link PointwiseDifferentiation} −c ⊙ B, and −e_n in the row of the constant. */
    NativeBuffer responses() {
        return responses;
    }

    /** a ⊙ B, and a ⊙ (κ_n − μ) + β in the row of the constant. */
    NativeBuffer folded() {
        return folded;
    }

    /** D. */
    NativeBuffer derivatives() {
        return derivatives;
    }

    /** m_n of every sample, 0 for the constant. */
    float[][] pivots() {
        return pivots;
    }

    /** κ_n of every sample. */
    double[][] levels() {
        return levels;
    }

    /** The part of a buffer of equally large matrices that belongs to some samples. */
    NativeBuffer of(NativeBuffer matrices, int first, int samples) {
        long elements = matrices.elements() / batch;
        return matrices.slice(first * elements, samples * elements);
    }

    @Override
    public void close() {
        List.of(extended, gradients, moments, kernels, responses, folded, derivatives)
                .forEach(NativeBuffer::close);
    }
}
