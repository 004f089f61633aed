package io.dcd.engine.backend.onednn;

import static io.dcd.engine.backend.onednn.KernelBuilder.argument;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.FoldedConvolution;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/**
 * A convolution with bias, factors, sum and activation in one primitive: a product where the kernel is 1×1. Where samples
 * have factors of their own, each is a call of its own, since the library has no fast code for such factors.
 */
final class FoldedConvolutionKernel {
    private final FoldedConvolution operation;
    private final KernelBuilder builder;
    private final int first;
    private final int samples;
    private final Shape in;
    private final Shape out;

    private FoldedConvolutionKernel(FoldedConvolution operation, KernelBuilder builder, int first, int samples) {
        this.operation = operation;
        this.builder = builder;
        this.first = first;
        this.samples = samples;
        in = operation.input().shape();
        out = operation.output().shape();
    }

    static void forward(FoldedConvolution operation, KernelBuilder builder) {
        int step = operation.coefficients().isPresent() ? 1 : builder.samples();
        for (int first = 0; first < builder.samples(); first += step) {
            new FoldedConvolutionKernel(operation, builder, first, step).forward();
        }
    }

    private void forward() {
        if (!operation.depthwise() && operation.kernel() == 1 && operation.stride() == 1 && operation.padding() == 0) {
            product();
        } else {
            convolution();
        }
    }

    private void product() {
        long positions = (long) samples * in.positions();
        desc result = Layouts.matrix(positions, out.channels());
        desc row = Layouts.matrix(1, out.channels());
        PostOperations after = after(result, row);
        memory x = value(operation.input(), Layouts.matrix(positions, in.channels()));
        memory weights = builder.parameter(operation.weights(), Layouts.matrix(in.channels(), out.channels()));
        memory y = value(operation.output(), result);
        builder.add(
                scaled()
                        ? builder.product(x, weights, y, after.attributes(), after.arguments())
                        : builder.product(
                                x,
                                weights,
                                builder.parameter(operation.bias(), row),
                                y,
                                after.attributes(),
                                after.arguments()));
    }

    private void convolution() {
        int kernel = operation.kernel();
        boolean depthwise = operation.depthwise();
        ConvolutionDescriptors descriptors = new ConvolutionDescriptors(
                builder,
                Layouts.featureMap(samples, in),
                depthwise
                        ? Layouts.anyDepthwiseWeights(out.channels(), kernel)
                        : Layouts.anyWeights(out.channels(), in.channels(), kernel),
                Layouts.featureMap(samples, out),
                operation.stride(),
                operation.padding());
        PostOperations after = after(descriptors.y(), Layouts.channelFactors(1, out.channels()));
        desc bias = Layouts.vector(out.channels());
        convolution_forward.primitive_desc descriptor =
                scaled() ? descriptors.forward(after.attributes()) : descriptors.forward(bias, after.attributes());
        memory plain = builder.parameter(
                operation.weights(),
                depthwise
                        ? Layouts.depthwiseWeights(out.channels(), kernel)
                        : Layouts.positionWeights(out.channels(), in.channels(), kernel));
        memory weights = builder.prepared(operation.weights(), samples, plain, descriptor.weights_desc());
        List<Call.Argument> arguments = new ArrayList<>(List.of(
                argument(DNNL_ARG_SRC, value(operation.input(), descriptors.x())),
                argument(DNNL_ARG_WEIGHTS, weights),
                argument(DNNL_ARG_DST, value(operation.output(), descriptors.y()))));
        if (!scaled()) {
            arguments.add(argument(DNNL_ARG_BIAS, builder.parameter(operation.bias(), bias)));
        }
        arguments.addAll(List.of(after.arguments()));
        builder.add(
                builder.call(new convolution_forward(descriptor), descriptor, arguments.toArray(Call.Argument[]::new)));
    }

    /** Whether there are factors, behind which the bias must be added. */
    private boolean scaled() {
        return operation.coefficients().isPresent();
    }

    /** @param channels the layout of one value for each channel */
    private PostOperations after(desc result, desc channels) {
        PostOperations after = new PostOperations(builder);
        operation.coefficients().ifPresent(tensor -> {
            after.multiply(value(tensor, channels));
            after.add(builder.parameter(operation.bias(), channels));
        });
        operation.summand().ifPresent(tensor -> after.add(value(tensor, result)));
        after.activate(operation.activation());
        return after;
    }

    /** The values of the samples that this call is for. */
    private memory value(Tensor tensor, desc layout) {
        long elements = tensor.shape().elements();
        return builder.at(builder.memory().value(tensor).slice(first * elements, samples * elements), layout);
    }
}
