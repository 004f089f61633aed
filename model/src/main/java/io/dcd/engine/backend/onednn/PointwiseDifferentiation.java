package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.NormalizedPointwise;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** From D the gradients of the parameters and of λ for a slice, and the matrix that yields R. */
final class PointwiseDifferentiation implements Runnable {
    private final int first;
    private final int samples;
    private final int inputs;
    private final int constant;
    private final int width;
    private final int outputs;
    private final int size;
    private final PointwiseWeights weights;
    private final FloatBuffer attention;
    private final FloatBuffer attentionGradient;
    private final boolean accumulates;
    private final FloatBuffer moments;
    private final FloatBuffer kernels;
    private final FloatBuffer responses;
    private final FloatBuffer derivatives;
    private final float[] factor;
    private final float[] slope;
    private final double[] mean;
    private final double[] remainder;
    private final float[][] pivots;
    private final double[][] levels;
    private final float[] weightGradient;
    private final float[] derivative;
    private final float[] kernel;
    private final float[] response;
    private final float[] factors;
    private final float[] sampleRemainder;
    private final float[] total;
    private final float[] attentionRow;

    PointwiseDifferentiation(
            NormalizedPointwise operation, NormalizedPointwiseReduction reduction, KernelMemory memory) {
        PointwiseMatrices matrices = reduction.matrices();
        first = memory.firstSample();
        samples = memory.samples();
        inputs = matrices.inputs();
        constant = matrices.constant();
        width = matrices.width();
        outputs = matrices.outputs();
        size = matrices.size();
        weights = new PointwiseWeights(operation, matrices, memory);
        Tensor factorTensor = operation.attention().factor();
        attention = NativeBuffer.of(memory.value(factorTensor)).floats();
        GradientMode mode = memory.gradientMode(factorTensor);
        attentionGradient = mode == GradientMode.NONE
                ? null
                : NativeBuffer.of(memory.gradient(factorTensor)).floats();
        accumulates = mode == GradientMode.ACCUMULATE;
        moments = matrices.moments().floats();
        kernels = matrices.kernels().floats();
        responses = matrices.responses().floats();
        derivatives = matrices.derivatives().floats();
        factor = reduction.factor();
        slope = reduction.slope();
        mean = reduction.mean();
        remainder = reduction.remainder();
        pivots = matrices.pivots();
        levels = matrices.levels();
        weightGradient = new float[constant * outputs];
        derivative = new float[size];
        kernel = new float[size];
        response = new float[size];
        factors = new float[outputs];
        sampleRemainder = new float[outputs];
        total = new float[outputs];
        attentionRow = new float[outputs];
    }

    @Override
    public void run() {
        float[] rows = weights.read();
        Arrays.fill(weightGradient, 0);
        for (int n = 0; n < samples; n++) {
            differentiate(n, rows);
        }
        weights.addGradient(weightGradient);
    }

    private void differentiate(int n, float[] rows) {
        int sample = first + n;
        derivatives.get(sample * size, derivative);
        kernels.get(sample * size, kernel);
        responses.get(sample * size, response);
        attention.get(n * outputs, factors);
        Arrays.fill(attentionRow, 0);
        double[] level = levels[sample];
        for (int o = 0; o < outputs; o++) {
            sampleRemainder[o] = (float) (remainder[o] + slope[o] * (level[o] - mean[o]));
        }
        int last = constant * outputs;
        combine(last, moments.get((sample * width + constant) * width + constant));
        System.arraycopy(derivative, last, total, 0, outputs);
        for (int k = 0; k < constant; k++) {
            combine(k * outputs, moments.get((sample * width + k) * width + constant));
            addLevel(k * outputs, pivots[sample][k]);
            if (k < inputs) {
                addAttended(k * outputs, rows);
            } else {
                addPlain(k * outputs);
            }
        }
        for (int o = 0; o < outputs; o++) {
            response[last + o] = -sampleRemainder[o];
        }
        responses.put(sample * size, response);
        if (attentionGradient != null) {
            writeAttention(n);
        }
    }

    /** One row of dB = a ⊙ D − c ⊙ V − G[k, 1]·e_n in place of D, and of −c ⊙ B in place of V. */
    private void combine(int begin, float sum) {
        for (int o = 0; o < outputs; o++) {
            derivative[begin + o] =
                    factor[o] * derivative[begin + o] - slope[o] * response[begin + o] - sum * sampleRemainder[o];
        }
        for (int o = 0; o < outputs; o++) {
            response[begin + o] = -slope[o] * kernel[begin + o];
        }
    }

    /** Adds to a row of dB what κ_n = m_n·B_n passes on, m_n[k]·Σ_t dy. */
    private void addLevel(int begin, float pivot) {
        for (int o = 0; o < outputs; o++) {
            derivative[begin + o] += pivot * total[o];
        }
    }

    private void addAttended(int begin, float[] rows) {
        for (int o = 0; o < outputs; o++) {
            weightGradient[begin + o] += factors[o] * derivative[begin + o];
            attentionRow[o] += rows[begin + o] * derivative[begin + o];
        }
    }

    private void addPlain(int begin) {
        for (int o = 0; o < outputs; o++) {
            weightGradient[begin + o] += derivative[begin + o];
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
}
