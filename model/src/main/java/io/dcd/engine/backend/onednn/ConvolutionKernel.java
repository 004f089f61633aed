package io.dcd.engine.backend.onednn;

import static io.dcd.engine.backend.onednn.KernelBuilder.argument;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Convolution;
import io.dcd.engine.operation.DepthwiseConvolution;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/**
 * Full and depthwise convolutions. The primitive chooses the order of its weights; they are copied there from the flat
 * vector, and their gradient back.
 */
final class ConvolutionKernel {
    private final KernelBuilder builder;
    private final Tensor input;
    private final Tensor output;
    private final Parameter weights;
    private final desc plainWeights;
    private final desc anyWeights;
    private final desc x;
    private final desc y;
    private final long[] strides;
    private final long[] padding;
    private final convolution_forward.primitive_desc forward;

    static void build(Convolution operation, KernelBuilder builder) {
        int outputs = operation.output().shape().channels();
        int inputs = operation.input().shape().channels();
        new ConvolutionKernel(
                        builder,
                        operation.input(),
                        operation.output(),
                        operation.weights(),
                        Layouts.weights(outputs, inputs, operation.kernel()),
                        Layouts.anyWeights(outputs, inputs, operation.kernel()),
                        operation.stride(),
                        operation.padding())
                .build();
    }

    static void build(DepthwiseConvolution operation, KernelBuilder builder) {
        int channels = operation.output().shape().channels();
        new ConvolutionKernel(
                        builder,
                        operation.input(),
                        operation.output(),
                        operation.weights(),
                        Layouts.depthwiseWeights(channels, operation.kernel()),
                        Layouts.anyDepthwiseWeights(channels, operation.kernel()),
                        operation.stride(),
                        operation.padding())
                .build();
    }

    private ConvolutionKernel(
            KernelBuilder builder,
            Tensor input,
            Tensor output,
            Parameter weights,
            desc plainWeights,
            desc anyWeights,
            int stride,
            int padding) {
        this.builder = builder;
        this.input = input;
        this.output = output;
        this.weights = weights;
        this.plainWeights = plainWeights;
        this.anyWeights = anyWeights;
        this.x = featureMap(input.shape());
        this.y = featureMap(output.shape());
        this.strides = new long[] {stride, stride};
        this.padding = new long[] {padding, padding};
        this.forward = new convolution_forward.primitive_desc(
                builder.engine(),
                builder.training() ? prop_kind.forward_training : prop_kind.forward_inference,
                algorithm.convolution_direct,
                x,
                anyWeights,
                y,
                strides,
                this.padding,
                this.padding,
                builder.attributes(),
                false);
    }

    private void build() {
        memory plain = builder.parameter(weights, plainWeights);
        memory ordered = ordered(plain, forward.weights_desc());
        if (ordered != plain) {
            builder.forward(builder.copy(plain, ordered));
        }
        builder.forward(builder.call(
                new convolution_forward(forward),
                forward,
                argument(DNNL_ARG_SRC, builder.value(input, x)),
                argument(DNNL_ARG_WEIGHTS, ordered),
                argument(DNNL_ARG_DST, builder.value(output, y))));
        if (builder.training()) {
            buildWeightGradient();
            buildInputGradient(plain);
        }
    }

    private void buildWeightGradient() {
        convolution_backward_weights.primitive_desc descriptor = new convolution_backward_weights.primitive_desc(
                builder.engine(),
                algorithm.convolution_direct,
                x,
                anyWeights,
                y,
                strides,
                padding,
                padding,
                forward,
                builder.attributes(),
                false);
        memory plain = builder.parameterGradient(weights, plainWeights);
        memory ordered = ordered(plain, descriptor.diff_weights_desc());
        builder.backward(builder.call(
                new convolution_backward_weights(descriptor),
                descriptor,
                argument(DNNL_ARG_SRC, builder.value(input, x)),
                argument(DNNL_ARG_DIFF_DST, builder.gradient(output, y)),
                argument(DNNL_ARG_DIFF_WEIGHTS, ordered)));
        if (ordered != plain) {
            builder.backward(builder.copy(ordered, plain));
        }
    }

    private void buildInputGradient(memory plain) {
        if (!builder.needsGradient(input)) {
            return;
        }
        convolution_backward_data.primitive_desc descriptor = new convolution_backward_data.primitive_desc(
                builder.engine(),
                algorithm.convolution_direct,
                x,
                anyWeights,
                y,
                strides,
                padding,
                padding,
                forward,
                builder.attributes(),
                false);
        memory ordered = ordered(plain, descriptor.weights_desc());
        if (ordered != plain) {
            builder.backward(builder.copy(plain, ordered));
        }
        builder.backwardInto(
                input,
                x,
                target -> builder.call(
                        new convolution_backward_data(descriptor),
                        descriptor,
                        argument(DNNL_ARG_DIFF_DST, builder.gradient(output, y)),
                        argument(DNNL_ARG_WEIGHTS, ordered),
                        argument(DNNL_ARG_DIFF_SRC, target)));
    }

    private memory ordered(memory plain, desc wanted) {
        return wanted.equals(plainWeights) ? plain : builder.temporary(wanted);
    }

    private desc featureMap(Shape shape) {
        return Layouts.featureMap(builder.batch(), shape);
    }
}
