package io.dcd.engine.backend.onednn;

import static io.dcd.engine.backend.onednn.KernelBuilder.argument;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import io.dcd.engine.operation.Activation;
import java.util.List;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;

/**
 * Activation functions in oneDNN's terms; the derivative of each is told from the value.
 */
final class Activations {
    private final KernelBuilder builder;

    Activations(KernelBuilder builder) {
        this.builder = builder;
    }

    /** Steps that write f(x) to y, which may be x. */
    List<Call> forward(Activation activation, memory x, memory y) {
        return switch (activation) {
            case IDENTITY -> x == y ? List.of() : List.of(builder.copy(x, y));
            case RELU -> List.of(map(algorithm.eltwise_relu, 0, 0, x, y));
            case RELU6 -> List.of(map(algorithm.eltwise_clip_v2, 0, 6, x, y));
            case DOUBLE_HARD_SIGMOID ->
                List.of(map(algorithm.eltwise_linear, 1f / 3, 1, x, y), map(algorithm.eltwise_clip_v2, 0, 2, y, y));
            case SIGMOID -> List.of(map(algorithm.eltwise_logistic, 0, 0, x, y));
        };
    }

    /** Steps that write f′·dy, told from y = f(x), to dx, which may be dy. */
    List<Call> backward(Activation activation, memory y, memory dy, memory dx) {
        return switch (activation) {
            case IDENTITY -> dx == dy ? List.of() : List.of(builder.copy(dy, dx));
            case RELU -> List.of(derivative(algorithm.eltwise_relu_use_dst_for_bwd, 0, 0, y, dy, dx));
            case RELU6 -> List.of(derivative(algorithm.eltwise_clip_v2_use_dst_for_bwd, 0, 6, y, dy, dx));
            case DOUBLE_HARD_SIGMOID ->
                List.of(
                        derivative(algorithm.eltwise_clip_v2_use_dst_for_bwd, 0, 2, y, dy, dx),
                        map(algorithm.eltwise_linear, 1f / 3, 0, dx, dx));
            case SIGMOID -> List.of(derivative(algorithm.eltwise_logistic_use_dst_for_bwd, 0, 0, y, dy, dx));
        };
    }

    private Call map(algorithm function, float alpha, float beta, memory x, memory y) {
        eltwise_forward.primitive_desc descriptor = descriptor(function, alpha, beta, x, y);
        return builder.call(
                new eltwise_forward(descriptor), descriptor, argument(DNNL_ARG_SRC, x), argument(DNNL_ARG_DST, y));
    }

    private Call derivative(algorithm function, float alpha, float beta, memory y, memory dy, memory dx) {
        eltwise_backward.primitive_desc descriptor = new eltwise_backward.primitive_desc(
                builder.engine(),
                function,
                dx.get_desc(),
                dy.get_desc(),
                y.get_desc(),
                alpha,
                beta,
                descriptor(function, alpha, beta, y, y),
                builder.attributes(),
                false);
        return builder.call(
                new eltwise_backward(descriptor),
                descriptor,
                argument(DNNL_ARG_DST, y),
                argument(DNNL_ARG_DIFF_DST, dy),
                argument(DNNL_ARG_DIFF_SRC, dx));
    }

    private eltwise_forward.primitive_desc descriptor(algorithm function, float alpha, float beta, memory x, memory y) {
        return new eltwise_forward.primitive_desc(
                builder.engine(),
                prop_kind.forward_training,
                function,
                x.get_desc(),
                y.get_desc(),
                alpha,
                beta,
                builder.attributes(),
                false);
    }
}
