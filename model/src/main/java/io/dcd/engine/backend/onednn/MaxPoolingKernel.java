package io.dcd.engine.backend.onednn;

import static io.dcd.engine.backend.onednn.KernelBuilder.argument;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import io.dcd.engine.operation.MaxPooling;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;

/** Max pooling; a workspace remembers which value was the largest. */
final class MaxPoolingKernel {
    private MaxPoolingKernel() {}

    static void build(MaxPooling operation, KernelBuilder builder) {
        desc x = Layouts.featureMap(builder.batch(), operation.input().shape());
        desc y = Layouts.featureMap(builder.batch(), operation.output().shape());
        long[] strides = {operation.stride(), operation.stride()};
        long[] kernel = {operation.kernel(), operation.kernel()};
        long[] dilation = {0, 0};
        long[] padding = {operation.padding(), operation.padding()};
        pooling_forward.primitive_desc forward = new pooling_forward.primitive_desc(
                builder.engine(),
                builder.training() ? prop_kind.forward_training : prop_kind.forward_inference,
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
        List<Call.Argument> arguments = new ArrayList<>();
        arguments.add(argument(DNNL_ARG_SRC, builder.value(operation.input(), x)));
        arguments.add(argument(DNNL_ARG_DST, builder.value(operation.output(), y)));
        if (!builder.training()) {
            builder.forward(
                    builder.call(new pooling_forward(forward), forward, arguments.toArray(Call.Argument[]::new)));
            return;
        }
        memory workspace = builder.kept(forward.workspace_desc());
        arguments.add(argument(DNNL_ARG_WORKSPACE, workspace));
        builder.forward(builder.call(new pooling_forward(forward), forward, arguments.toArray(Call.Argument[]::new)));
        if (!builder.needsGradient(operation.input())) {
            return;
        }
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
        builder.backwardInto(
                operation.input(),
                x,
                target -> builder.call(
                        new pooling_backward(backward),
                        backward,
                        argument(DNNL_ARG_DIFF_DST, builder.gradient(operation.output(), y)),
                        argument(DNNL_ARG_WORKSPACE, workspace),
                        argument(DNNL_ARG_DIFF_SRC, target)));
    }
}
