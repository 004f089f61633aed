package io.dcd.engine.backend.reference;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.DepthwiseConvolution;

/** The sum of {@link DepthwiseConvolution}, term by term. */
record DepthwiseConvolutionKernel(DepthwiseConvolution operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        terms().forward(operation.input(), operation.weights(), operation.output());
    }

    @Override
    public void backward() {
        terms().backward(operation.input(), operation.weights(), operation.output());
    }

    private ProductTerms terms() {
        Shape in = operation.input().shape();
        Shape out = operation.output().shape();
        int channels = in.channels();
        return new ProductTerms(
                memory,
                term -> WindowPositions.forEach(
                        memory.samples(),
                        in,
                        out,
                        operation.kernel(),
                        operation.stride(),
                        operation.padding(),
                        (tap, input, output) -> {
                            for (int c = 0; c < channels; c++) {
                                term.visit(tap * channels + c, input * channels + c, output * channels + c);
                            }
                        }));
    }
}
