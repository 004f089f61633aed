package io.dcd.engine.backend.reference;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.BatchedDepthwiseConvolution;

/** The sum of {@link BatchedDepthwiseConvolution}, term by term. */
record BatchedDepthwiseConvolutionKernel(BatchedDepthwiseConvolution operation, ReferenceMemory memory)
        implements PhasedKernel {
    @Override
    public void forward() {
        terms().forward(operation.input(), operation.kernel(), operation.output());
    }

    @Override
    public void backward() {
        terms().backward(operation.input(), operation.kernel(), operation.output());
    }

    private ProductTerms terms() {
        Shape in = operation.input().shape();
        Shape out = operation.output().shape();
        int channels = in.channels();
        int taps = operation.kernel().shape().positions();
        return new ProductTerms(
                memory,
                term -> WindowPositions.forEach(
                        memory.samples(),
                        in,
                        out,
                        operation.side(),
                        operation.stride(),
                        operation.padding(),
                        (tap, input, output) -> {
                            int sample = output / out.positions();
                            for (int c = 0; c < channels; c++) {
                                term.visit(
                                        (sample * taps + tap) * channels + c,
                                        input * channels + c,
                                        output * channels + c);
                            }
                        }));
    }
}
