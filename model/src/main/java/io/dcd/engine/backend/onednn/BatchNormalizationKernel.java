package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.Phase;
import io.dcd.engine.backend.onednn.vector.ChannelVectors;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.BatchNormalization;
import java.nio.FloatBuffer;

/** The four phases of a batch normalisation on one slice. */
final class BatchNormalizationKernel {
    private final BatchNormalization operation;
    private final KernelBuilder builder;
    private final ChannelVectors vectors;
    private final Clip clip;

    private BatchNormalizationKernel(BatchNormalization operation, KernelBuilder builder) {
        this.operation = operation;
        this.builder = builder;
        int channels = operation.input().shape().channels();
        int values = builder.samples() * operation.input().shape().elements();
        clip = Clip.of(operation.activation());
        vectors = new ChannelVectors(channels, values);
    }

    static void build(BatchNormalization operation, Phase phase, KernelBuilder builder) {
        BatchNormalizationKernel kernel = new BatchNormalizationKernel(operation, builder);
        switch (phase) {
            case REDUCE_FORWARD -> kernel.reduceForward();
            case FORWARD, RECOMPUTE -> kernel.forward();
            case REDUCE_BACKWARD -> kernel.reduceBackward();
            case BACKWARD -> kernel.backward();
        }
    }

    private void reduceForward() {
        FloatBuffer x = floats(builder.memory().value(operation.input()));
        Moments moments = reduction().moments(builder.memory().thread());
        int channels = operation.input().shape().channels();
        float[] pivots = new float[channels];
        float[] repeatedPivots = vectors.repeated();
        double[] means = new double[channels];
        double[] squares = new double[channels];
        int pivot = operation.input().shape().centre() * channels;
        builder.add(() -> {
            // Subtracting the values in the middle of the first map before summing keeps the digits of a small
            // variance.
            for (int c = 0; c < channels; c++) {
                pivots[c] = x.get(pivot + c);
            }
            vectors.repeat(pivots, repeatedPivots);
            vectors.moments(x, repeatedPivots, means, squares);
            for (int c = 0; c < channels; c++) {
                double mean = means[c] / vectors.rows();
                squares[c] = Math.max(0, squares[c] - means[c] * mean);
                means[c] = pivots[c] + mean;
            }
            moments.add(vectors.rows(), means, squares);
        });
    }

    private void forward() {
        FloatBuffer x = floats(builder.memory().value(operation.input()));
        FloatBuffer y = floats(builder.memory().value(operation.output()));
        float[] means = vectors.repeated();
        float[] factors = vectors.repeated();
        float[] constants = vectors.repeated();
        Coefficients coefficients =
                builder.training() ? reduction() : new RunningCoefficients(operation, builder.memory());
        builder.add(() -> {
            coefficients.refresh();
            vectors.repeat(coefficients.means(), means);
            vectors.repeat(coefficients.factors(), factors);
            vectors.repeat(coefficients.constants(), constants);
            vectors.clippedMap(x, means, factors, constants, clip.low(), clip.high(), y);
        });
    }

    /** Leaves dz in the place of dy, where the backward phase finds it. */
    private void reduceBackward() {
        FloatBuffer x = floats(builder.memory().value(operation.input()));
        FloatBuffer dz = floats(builder.memory().gradient(operation.output()));
        BatchNormalizationReduction reduction = reduction();
        BatchNormalizationReduction.GradientSums sums =
                reduction.gradientSums(builder.memory().thread());
        int channels = operation.input().shape().channels();
        float[] means = vectors.repeated();
        double[] gradientSums = new double[channels];
        double[] productSums = new double[channels];
        if (operation.activation() == Activation.IDENTITY) {
            builder.add(() -> {
                vectors.repeat(reduction.means(), means);
                vectors.gradientSums(x, dz, means, gradientSums, productSums);
                sums.add(gradientSums, productSums);
            });
        } else {
            FloatBuffer y = floats(builder.memory().value(operation.output()));
            builder.add(() -> {
                vectors.repeat(reduction.means(), means);
                vectors.maskedGradientSums(x, y, dz, means, clip.slope(), clip.high(), gradientSums, productSums);
                sums.add(gradientSums, productSums);
            });
        }
    }

    private void backward() {
        GradientMode mode = builder.memory().gradientMode(operation.input());
        if (mode == GradientMode.NONE) {
            return;
        }
        FloatBuffer x = floats(builder.memory().value(operation.input()));
        FloatBuffer dz = floats(builder.memory().gradient(operation.output()));
        FloatBuffer dx = floats(builder.memory().gradient(operation.input()));
        BatchNormalizationReduction reduction = reduction();
        float[] means = vectors.repeated();
        float[] gradientMeans = vectors.repeated();
        float[] valueFactors = vectors.repeated();
        float[] deviationFactors = vectors.repeated();
        builder.add(() -> {
            vectors.repeat(reduction.means(), means);
            vectors.repeat(reduction.valueFactors(), valueFactors);
            vectors.repeat(reduction.deviationFactors(), deviationFactors);
            vectors.repeat(reduction.gradientMeans(), gradientMeans);
            vectors.inputGradient(
                    x, dz, means, valueFactors, deviationFactors, gradientMeans, mode == GradientMode.ACCUMULATE, dx);
        });
    }

    private BatchNormalizationReduction reduction() {
        return BatchNormalizationReduction.of(builder.memory().reduction());
    }

    private static FloatBuffer floats(Buffer buffer) {
        return NativeBuffer.of(buffer).floats();
    }
}
