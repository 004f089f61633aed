package io.dcd.engine.backend.reference;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.FormedConvolution;
import java.util.Optional;

/** y[n, t, o] = f(Σ_c K[n, c, o]·x[n, s·t, c] + K[n, C_in, o] + r[n, t, o]), of every s-th position. */
record FormedConvolutionKernel(FormedConvolution operation, ReferenceMemory memory) implements InferenceKernel {
    @Override
    public void forward() {
        ReferenceBuffer kernel = memory.value(operation.kernel());
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer y = memory.value(operation.output());
        Optional<ReferenceBuffer> summand = operation.summand().map(memory::value);
        Shape in = operation.input().shape();
        Shape out = operation.output().shape();
        int columns = operation.kernel().shape().channels();
        for (int t = 0; t < memory.samples() * out.positions(); t++) {
            int sample = t / out.positions();
            int row = t % out.positions() / out.width() * operation.stride();
            int column = t % out.width() * operation.stride();
            int position = (sample * in.height() + row) * in.width() + column;
            int first = sample * operation.kernel().shape().elements();
            for (int o = 0; o < out.channels(); o++) {
                double sum = kernel.get(first + in.channels() * columns + o);
                for (int c = 0; c < in.channels(); c++) {
                    sum += kernel.get(first + c * columns + o) * x.get(position * in.channels() + c);
                }
                sum += summand.isPresent() ? summand.get().get(t * out.channels() + o) : 0;
                y.set(t * out.channels() + o, operation.activation().value(sum));
            }
        }
    }
}
