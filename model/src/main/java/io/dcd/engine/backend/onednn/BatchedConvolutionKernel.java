package io.dcd.engine.backend.onednn;

import static io.dcd.engine.backend.onednn.KernelBuilder.argument;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.BatchedConvolution;
import io.dcd.engine.operation.BatchedDepthwiseConvolution;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/** Full and depthwise convolutions of each sample with a kernel of its own: one primitive, run sample by sample. */
final class BatchedConvolutionKernel {
    private final KernelBuilder builder;
    private final KernelMemory memory;
    private final Tensor kernel;
    private final Tensor input;
    private final Tensor output;
    private final desc plainWeights;
    private final ConvolutionDescriptors descriptors;
    private final convolution_forward.primitive_desc forward;

    static BatchedConvolutionKernel of(BatchedConvolution operation, KernelBuilder builder) {
        int outputs = operation.output().shape().channels();
        int inputs = operation.input().shape().channels();
        return new BatchedConvolutionKernel(
                builder,
                operation.kernel(),
                operation.input(),
                operation.output(),
                Layouts.tapMajorWeights(outputs, inputs, operation.side()),
                Layouts.anyWeights(outputs, inputs, operation.side()),
                operation.stride(),
                operation.padding());
    }

    static BatchedConvolutionKernel of(BatchedDepthwiseConvolution operation, KernelBuilder builder) {
        int channels = operation.output().shape().channels();
        return new BatchedConvolutionKernel(
                builder,
                operation.kernel(),
                operation.input(),
                operation.output(),
                Layouts.depthwiseWeights(channels, operation.side()),
                Layouts.anyDepthwiseWeights(channels, operation.side()),
                operation.stride(),
                operation.padding());
    }

    private BatchedConvolutionKernel(
            KernelBuilder builder,
            Tensor kernel,
            Tensor input,
            Tensor output,
            desc plainWeights,
            desc anyWeights,
            int stride,
            int padding) {
        this.builder = builder;
        this.memory = builder.memory();
        this.kernel = kernel;
        this.input = input;
        this.output = output;
        this.plainWeights = plainWeights;
        this.descriptors = new ConvolutionDescriptors(
                builder,
                Layouts.featureMap(1, input.shape()),
                anyWeights,
                Layouts.featureMap(1, output.shape()),
                stride,
                padding);
        this.forward = descriptors.forward(builder.attributes());
    }

    void forward() {
        convolution_forward primitive = new convolution_forward(forward);
        memory ordered = builder.temporary(forward.weights_desc());
        for (int n = 0; n < builder.samples(); n++) {
            builder.add(builder.copy(sample(memory.value(kernel), kernel, n, plainWeights), ordered));
            builder.add(builder.call(
                    primitive,
                    forward,
                    argument(DNNL_ARG_SRC, sample(memory.value(input), input, n, descriptors.x())),
                    argument(DNNL_ARG_WEIGHTS, ordered),
                    argument(DNNL_ARG_DST, sample(memory.value(output), output, n, descriptors.y()))));
        }
    }

    void backward() {
        if (builder.needsGradient(kernel)) {
            addKernelGradient();
        }
        if (builder.needsGradient(input)) {
            addInputGradient();
        }
    }

    private void addKernelGradient() {
        convolution_backward_weights.primitive_desc descriptor = descriptors.weightGradient(forward);
        convolution_backward_weights primitive = new convolution_backward_weights(descriptor);
        memory ordered = builder.temporary(descriptor.diff_weights_desc());
        for (int n = 0; n < builder.samples(); n++) {
            builder.add(builder.call(
                    primitive,
                    descriptor,
                    argument(DNNL_ARG_SRC, sample(memory.value(input), input, n, descriptors.x())),
                    argument(DNNL_ARG_DIFF_DST, sample(memory.gradient(output), output, n, descriptors.y())),
                    argument(DNNL_ARG_DIFF_WEIGHTS, ordered)));
            addTo(kernel, n, plainWeights, ordered);
        }
    }

    private void addInputGradient() {
        convolution_backward_data.primitive_desc descriptor = descriptors.inputGradient(forward);
        convolution_backward_data primitive = new convolution_backward_data(descriptor);
        memory ordered = builder.temporary(descriptor.weights_desc());
        boolean direct = memory.gradientMode(input) == GradientMode.OVERWRITE;
        memory contribution = direct ? null : builder.temporary(descriptors.x());
        for (int n = 0; n < builder.samples(); n++) {
            builder.add(builder.copy(sample(memory.value(kernel), kernel, n, plainWeights), ordered));
            builder.add(builder.call(
                    primitive,
                    descriptor,
                    argument(DNNL_ARG_DIFF_DST, sample(memory.gradient(output), output, n, descriptors.y())),
                    argument(DNNL_ARG_WEIGHTS, ordered),
                    argument(
                            DNNL_ARG_DIFF_SRC,
                            direct ? sample(memory.gradient(input), input, n, descriptors.x()) : contribution)));
            if (!direct) {
                addTo(input, n, descriptors.x(), contribution);
            }
        }
    }

    /** Puts a sample's gradient where it belongs, as the gradient's mode asks. */
    private void addTo(Tensor tensor, int n, desc layout, memory contribution) {
        memory gradient = sample(memory.gradient(tensor), tensor, n, layout);
        builder.add(
                memory.gradientMode(tensor) == GradientMode.ACCUMULATE
                        ? builder.addTo(gradient, contribution)
                        : builder.copy(contribution, gradient));
    }

    private memory sample(Buffer buffer, Tensor tensor, int n, desc layout) {
        int elements = tensor.shape().elements();
        return builder.at(buffer.slice((long) n * elements, elements), layout);
    }
}
