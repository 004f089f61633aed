package io.dcd.engine.backend.onednn;

import static io.dcd.engine.backend.onednn.KernelBuilder.argument;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_backward;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_fuse_norm_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_global_stats;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.BatchNormalization;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/**
 * Batch normalisation. oneDNN fuses ReLU, its sign kept in a workspace of bits; every other activation is applied in
 * place afterwards, and its derivative in place of the output's gradient, which nobody reads later.
 */
final class BatchNormalizationKernel {
    private final BatchNormalization operation;
    private final KernelBuilder builder;
    private final int channels;
    private final boolean fused;
    private final desc layout;
    private final desc vector;
    private final memory y;
    private final List<Call.Argument> shared = new ArrayList<>();

    private BatchNormalizationKernel(BatchNormalization operation, KernelBuilder builder) {
        this.operation = operation;
        this.builder = builder;
        channels = operation.input().shape().channels();
        fused = operation.activation() == Activation.RELU;
        layout = Layouts.featureMap(builder.batch(), operation.input().shape());
        vector = Layouts.vector(channels);
        y = builder.value(operation.output(), layout);
        shared.add(argument(DNNL_ARG_SRC, builder.value(operation.input(), layout)));
        shared.add(argument(DNNL_ARG_SCALE, builder.parameter(operation.scale(), vector)));
    }

    static void build(BatchNormalization operation, KernelBuilder builder) {
        BatchNormalizationKernel kernel = new BatchNormalizationKernel(operation, builder);
        if (builder.training()) {
            kernel.buildTraining();
        } else {
            kernel.buildInference();
        }
    }

    private void buildInference() {
        batch_normalization_forward.primitive_desc descriptor = forward(dnnl_forward_inference, dnnl_use_global_stats);
        shared.add(argument(DNNL_ARG_MEAN, builder.parameter(operation.runningMean(), vector)));
        shared.add(argument(DNNL_ARG_VARIANCE, builder.parameter(operation.runningVariance(), vector)));
        addForward(descriptor);
    }

    private void buildTraining() {
        batch_normalization_forward.primitive_desc descriptor = forward(dnnl_forward_training, 0);
        NativeBuffer mean = builder.keptBuffer(channels);
        NativeBuffer variance = builder.keptBuffer(channels);
        shared.add(argument(DNNL_ARG_MEAN, builder.at(mean, vector)));
        shared.add(argument(DNNL_ARG_VARIANCE, builder.at(variance, vector)));
        if (fused) {
            shared.add(argument(DNNL_ARG_WORKSPACE, builder.kept(descriptor.workspace_desc())));
        }
        addForward(descriptor);
        long count = (long) builder.batch() * operation.input().shape().positions();
        builder.forward(new RunningStatistics(
                mean,
                variance,
                NativeBuffer.of(builder.memory().parameter(operation.runningMean())),
                NativeBuffer.of(builder.memory().parameter(operation.runningVariance())),
                count,
                operation.momentum()));
        addBackward(descriptor);
    }

    private void addForward(batch_normalization_forward.primitive_desc descriptor) {
        List<Call.Argument> arguments = new ArrayList<>(shared);
        arguments.add(argument(DNNL_ARG_SHIFT, builder.parameter(operation.shift(), vector)));
        arguments.add(argument(DNNL_ARG_DST, y));
        builder.forward(builder.call(
                new batch_normalization_forward(descriptor), descriptor, arguments.toArray(Call.Argument[]::new)));
        if (!fused) {
            new Activations(builder).forward(operation.activation(), y, y).forEach(builder::forward);
        }
    }

    private void addBackward(batch_normalization_forward.primitive_desc forward) {
        batch_normalization_backward.primitive_desc descriptor = new batch_normalization_backward.primitive_desc(
                builder.engine(),
                dnnl_backward,
                layout,
                layout,
                layout,
                (float) operation.epsilon(),
                flags(0),
                forward,
                builder.attributes(),
                false);
        memory dy = builder.gradient(operation.output(), layout);
        if (!fused) {
            new Activations(builder).backward(operation.activation(), y, dy, dy).forEach(builder::backward);
        }
        if (builder.needsGradient(operation.input())) {
            builder.backwardInto(operation.input(), layout, dx -> backward(descriptor, dy, dx));
        } else {
            builder.backward(backward(descriptor, dy, builder.temporary(layout)));
        }
    }

    private Call backward(batch_normalization_backward.primitive_desc descriptor, memory dy, memory dx) {
        List<Call.Argument> arguments = new ArrayList<>(shared);
        arguments.add(argument(DNNL_ARG_DIFF_DST, dy));
        arguments.add(argument(DNNL_ARG_DIFF_SRC, dx));
        arguments.add(argument(DNNL_ARG_DIFF_SCALE, builder.parameterGradient(operation.scale(), vector)));
        arguments.add(argument(DNNL_ARG_DIFF_SHIFT, builder.parameterGradient(operation.shift(), vector)));
        return builder.call(
                new batch_normalization_backward(descriptor), descriptor, arguments.toArray(Call.Argument[]::new));
    }

    private batch_normalization_forward.primitive_desc forward(int kind, int extraFlags) {
        return new batch_normalization_forward.primitive_desc(
                builder.engine(),
                kind,
                layout,
                layout,
                (float) operation.epsilon(),
                flags(extraFlags),
                builder.attributes(),
                false);
    }

    private int flags(int extra) {
        return dnnl_use_scale | dnnl_use_shift | extra | (fused ? dnnl_fuse_norm_relu : 0);
    }
}
