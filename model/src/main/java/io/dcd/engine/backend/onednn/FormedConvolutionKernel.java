package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.FormedConvolution;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/** Y = f(X·K + 1·bᵀ + R), one product for each sample, since each has a bias of its own. */
final class FormedConvolutionKernel {
    private FormedConvolutionKernel() {}

    static void forward(FormedConvolution operation, KernelBuilder builder) {
        KernelMemory buffers = builder.memory();
        Shape in = operation.input().shape();
        Shape out = operation.output().shape();
        int columns = operation.kernel().shape().channels();
        // Whole maps are one matrix; of a map with a stride, each row is one.
        boolean dense = operation.stride() == 1;
        long matrices = dense ? 1 : out.height();
        long positions = dense ? out.positions() : out.width();
        desc result = Layouts.matrices(matrices, positions, out.channels());
        long rows = in.channels() + 1;
        for (int i = 0; i < builder.samples(); i++) {
            int n = i;
            PostOperations after = new PostOperations(builder);
            operation.summand().ifPresent(tensor -> after.add(builder.at(sample(buffers, tensor, n), result)));
            after.activate(operation.activation());
            memory kernel = builder.at(
                    buffers.value(operation.kernel()).slice(n * rows * columns, (long) in.channels() * columns),
                    Layouts.sharedColumns(in.channels(), columns, out.channels()));
            memory bias = builder.at(
                    buffers.value(operation.kernel()).slice((n * rows + in.channels()) * columns, out.channels()),
                    Layouts.matrices(1, 1, out.channels()));
            builder.add(builder.product(
                    builder.strided(
                            sample(buffers, operation.input(), n),
                            Layouts.everyPosition(in, operation.stride(), matrices, positions)),
                    kernel,
                    bias,
                    builder.at(sample(buffers, operation.output(), n), result),
                    after.attributes(),
                    after.arguments()));
        }
    }

    private static Buffer sample(KernelMemory buffers, Tensor tensor, int sample) {
        long elements = tensor.shape().elements();
        return buffers.value(tensor).slice(sample * elements, elements);
    }
}
