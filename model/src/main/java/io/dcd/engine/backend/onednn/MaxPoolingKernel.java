package io.dcd.engine.backend.onednn;

import static io.dcd.engine.backend.onednn.KernelBuilder.argument;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import io.dcd.engine.operation.MaxPooling;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;

/** Max pooling; the backward pass repeats the forward one for its workspace, which tells which value was the largest. */
final class MaxPoolingKernel {
    private final MaxPooling operation;
    private final KernelBuilder builder;
    private final desc x;
    private final desc y;
    private final long[] strides;
    private final long[] kernel;
    private final long[] dilation = {0, 0};
    private final long[] padding;

    private MaxPoolingKernel(MaxPooling operation, KernelBuilder builder) {
        this.operation = operation;
        this.builder = builder;
        x = Layouts.featureMap(builder.samples(), operation.input().shape());
        y = Layouts.featureMap(builder.samples(), operation.output().shape());
        strides = new long[] {operation.stride(), operation.stride()};
        kernel = new long[] {operation.kernel(), operation.kernel()};
        padding = new long[] {operation.padding(), operation.padding()};
    }

    static void forward(MaxPooling operation, KernelBuilder builder) {
        MaxPoolingKernel pooling = new MaxPoolingKernel(operation, builder);
        pooling_forward.primitive_desc descriptor = pooling.descriptor(prop_kind.forward_inference);
        builder.add(builder.call(
                new pooling_forward(descriptor),
                descriptor,
                argument(DNNL_ARG_SRC, builder.value(operation.input(), pooling.x)),
                argument(DNNL_ARG_DST, builder.value(operation.output(), pooling.y))));
    }

    static void backward(MaxPooling operation, KernelBuilder builder) {
        if (builder.needsGradient(operation.input())) {
            new MaxPoolingKernel(operation, builder).backward();
        }
    }

    private void backward() {
        pooling_forward.primitive_desc forward = descriptor(prop_kind.forward_training);
        memory workspace = builder.temporary(forward.workspace_desc());
        builder.add(builder.call(
                new pooling_forward(forward),
                forward,
                argument(DNNL_ARG_SRC, builder.value(operation.input(), x)),
                argument(DNNL_ARG_DST, builder.temporary(y)),
                argument(DNNL_ARG_WORKSPACE, workspace)));
        pooling_backward.primitive_desc backward = new pooling_backward.primitive_desc(
                builder.engine(),
                algorithm.pooling_max,
                x,
                y,
                strides,
                kernel,
                dilation,
                padding,
                padding,
                forward,
                builder.attributes(),
                false);
        builder.addInto(
                operation.input(),
                x,
                target -> builder.call(
                        new pooling_backward(backward),
                        backward,
                        argument(DNNL_ARG_DIFF_DST, builder.gradient(operation.output(), y)),
                        argument(DNNL_ARG_WORKSPACE, workspace),
                        argument(DNNL_ARG_DIFF_SRC, target)));
    }

    private pooling_forward.primitive_desc descriptor(prop_kind kind) {
        return new pooling_forward.primitive_desc(
                builder.engine(),
                kind,
                algorithm.pooling_max,
                x,
                y,
                strides,
                kernel,
                dilation,
                padding,
                padding,
                builder.attributes(),
                false);
    }
}
