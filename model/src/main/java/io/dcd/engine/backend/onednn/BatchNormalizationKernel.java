package io.dcd.engine.backend.onednn;

import static io.dcd.engine.backend.onednn.KernelBuilder.argument;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_global_stats;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.Phase;
import io.dcd.engine.operation.BatchNormalization;
import java.nio.FloatBuffer;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/**
 * The four phases of a batch normalisation on one slice. Normalising is oneDNN's; the sums over the batch and the
 * backward pass are loops in Java, since oneDNN has them only for a whole batch at once.
 */
final class BatchNormalizationKernel {
    private final BatchNormalization operation;
    private final KernelBuilder builder;
    private final ChannelTiles tiles;
    private final desc layout;
    private final desc vector;

    private BatchNormalizationKernel(BatchNormalization operation, KernelBuilder builder) {
        this.operation = operation;
        this.builder = builder;
        int channels = operation.input().shape().channels();
        int values = builder.samples() * operation.input().shape().elements();
        tiles = new ChannelTiles(channels, values);
        layout = Layouts.featureMap(builder.samples(), operation.input().shape());
        vector = Layouts.vector(channels);
    }

    static void build(BatchNormalization operation, Phase phase, KernelBuilder builder) {
        BatchNormalizationKernel kernel = new BatchNormalizationKernel(operation, builder);
        switch (phase) {
            case REDUCE_FORWARD -> kernel.reduceForward();
            case FORWARD -> kernel.forward();
            case REDUCE_BACKWARD -> kernel.reduceBackward();
            case BACKWARD -> kernel.backward();
        }
    }

    private void reduceForward() {
        FloatBuffer x = floats(builder.memory().value(operation.input()));
        Moments moments = reduction().moments(builder.memory().thread());
        int channels = operation.input().shape().channels();
        float[] pivots = new float[channels];
        float[] values = tiles.array();
        float[] pivotTile = tiles.array();
        float[] sumTile = tiles.array();
        float[] squareTile = tiles.array();
        double[] means = new double[channels];
        double[] squares = new double[channels];
        builder.add(() -> {
            // Subtracting the slice's first values before summing keeps the digits of a small variance.
            ChannelTiles.load(x, 0, pivots, channels);
            tiles.repeat(pivots, pivotTile);
            tiles.forEach((offset, count) -> {
                ChannelTiles.load(x, offset, values, count);
                for (int i = 0; i < count; i++) {
                    float deviation = values[i] - pivotTile[i];
                    sumTile[i] += deviation;
                    squareTile[i] += deviation * deviation;
                }
            });
            tiles.drain(sumTile, means);
            tiles.drain(squareTile, squares);
            for (int c = 0; c < channels; c++) {
                double mean = means[c] / tiles.rows();
                squares[c] = Math.max(0, squares[c] - means[c] * mean);
                means[c] = pivots[c] + mean;
            }
            moments.add(tiles.rows(), means, squares);
        });
    }

    private void forward() {
        boolean training = builder.training();
        batch_normalization_forward.primitive_desc descriptor = new batch_normalization_forward.primitive_desc(
                builder.engine(),
                dnnl_forward_inference,
                layout,
                layout,
                (float) operation.epsilon(),
                dnnl_use_scale | dnnl_use_shift | dnnl_use_global_stats,
                builder.attributes(),
                false);
        memory y = builder.value(operation.output(), layout);
        builder.add(builder.call(
                new batch_normalization_forward(descriptor),
                descriptor,
                argument(DNNL_ARG_SRC, builder.value(operation.input(), layout)),
                argument(
                        DNNL_ARG_MEAN,
                        training
                                ? builder.at(reduction().mean(), vector)
                                : builder.parameter(operation.runningMean(), vector)),
                argument(
                        DNNL_ARG_VARIANCE,
                        training
                                ? builder.at(reduction().variance(), vector)
                                : builder.parameter(operation.runningVariance(), vector)),
                argument(DNNL_ARG_SCALE, builder.parameter(operation.scale(), vector)),
                argument(DNNL_ARG_SHIFT, builder.parameter(operation.shift(), vector)),
                argument(DNNL_ARG_DST, y)));
        new Activations(builder).forward(operation.activation(), y, y).forEach(builder::add);
    }

    /** Leaves dz in the place of dy, where the backward phase finds it. */
    private void reduceBackward() {
        memory dy = builder.gradient(operation.output(), layout);
        switch (operation.activation()) {
            case IDENTITY -> {}
            case RELU, RELU6, DOUBLE_HARD_SIGMOID ->
                new Activations(builder)
                        .backward(operation.activation(), builder.value(operation.output(), layout), dy, dy)
                        .forEach(builder::add);
        }
        FloatBuffer x = floats(builder.memory().value(operation.input()));
        FloatBuffer dz = floats(builder.memory().gradient(operation.output()));
        BatchNormalizationReduction reduction = reduction();
        BatchNormalizationReduction.GradientSums sums =
                reduction.gradientSums(builder.memory().thread());
        int channels = operation.input().shape().channels();
        float[] values = tiles.array();
        float[] gradients = tiles.array();
        float[] means = tiles.array();
        float[] gradientTile = tiles.array();
        float[] productTile = tiles.array();
        double[] gradientSums = new double[channels];
        double[] productSums = new double[channels];
        builder.add(() -> {
            tiles.repeat(reduction.means(), means);
            tiles.forEach((offset, count) -> {
                ChannelTiles.load(x, offset, values, count);
                ChannelTiles.load(dz, offset, gradients, count);
                for (int i = 0; i < count; i++) {
                    gradientTile[i] += gradients[i];
                    productTile[i] += gradients[i] * (values[i] - means[i]);
                }
            });
            tiles.drain(gradientTile, gradientSums);
            tiles.drain(productTile, productSums);
            sums.add(gradientSums, productSums);
        });
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
        float[] values = tiles.array();
        float[] gradients = tiles.array();
        float[] constants = tiles.array();
        float[] valueFactors = tiles.array();
        float[] deviationFactors = tiles.array();
        builder.add(() -> {
            tiles.repeat(reduction.valueFactors(), valueFactors);
            tiles.repeat(reduction.deviationFactors(), deviationFactors);
            tiles.repeat(reduction.inputConstants(), constants);
            tiles.forEach((offset, count) -> {
                ChannelTiles.load(x, offset, values, count);
                ChannelTiles.load(dz, offset, gradients, count);
                for (int i = 0; i < count; i++) {
                    gradients[i] = gradients[i] * valueFactors[i] + values[i] * deviationFactors[i] + constants[i];
                }
                if (mode == GradientMode.ACCUMULATE) {
                    ChannelTiles.load(dx, offset, values, count);
                    for (int i = 0; i < count; i++) {
                        gradients[i] += values[i];
                    }
                }
                ChannelTiles.store(gradients, dx, offset, count);
            });
        });
    }

    private BatchNormalizationReduction reduction() {
        return BatchNormalizationReduction.of(builder.memory().reduction());
    }

    private static FloatBuffer floats(Buffer buffer) {
        return NativeBuffer.of(buffer).floats();
    }
}
