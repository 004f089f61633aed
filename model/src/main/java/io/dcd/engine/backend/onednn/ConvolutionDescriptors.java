package io.dcd.engine.backend.onednn;

import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory.desc;
import org.bytedeco.dnnl.primitive_attr;

/**
 * The descriptors of one convolution's primitives.
 *
 * @param x the input's layout
 * @param weights the weights' extents, whose order the primitive chooses
 * @param y the output's layout
 * @param stride in either direction
 * @param padding on every side
 */
record ConvolutionDescriptors(KernelBuilder builder, desc x, desc weights, desc y, int stride, int padding) {
    convolution_forward.primitive_desc forward(primitive_attr attributes) {
        return new convolution_forward.primitive_desc(
                builder.engine(),
                purpose(),
                algorithm.convolution_direct,
                x,
                weights,
                y,
                strides(),
                around(),
                around(),
                attributes,
                false);
    }

    convolution_forward.primitive_desc forward(desc bias, primitive_attr attributes) {
        return new convolution_forward.primitive_desc(
                builder.engine(),
                purpose(),
                algorithm.convolution_direct,
                x,
                weights,
                bias,
                y,
                strides(),
                around(),
                around(),
                attributes,
                false);
    }

    private prop_kind purpose() {
        return builder.training() ? prop_kind.forward_training : prop_kind.forward_inference;
    }

    /** @param forward of the same convolution */
    convolution_backward_weights.primitive_desc weightGradient(convolution_forward.primitive_desc forward) {
        return new convolution_backward_weights.primitive_desc(
                builder.engine(),
                algorithm.convolution_direct,
                x,
                weights,
                y,
                strides(),
                around(),
                around(),
                forward,
                builder.attributes(),
                false);
    }

    /** @param forward of the same convolution */
    convolution_backward_data.primitive_desc inputGradient(convolution_forward.primitive_desc forward) {
        return new convolution_backward_data.primitive_desc(
                builder.engine(),
                algorithm.convolution_direct,
                x,
                weights,
                y,
                strides(),
                around(),
                around(),
                forward,
                builder.attributes(),
                false);
    }

    private long[] strides() {
        return new long[] {stride, stride};
    }

    private long[] around() {
        return new long[] {padding, padding};
    }
}
