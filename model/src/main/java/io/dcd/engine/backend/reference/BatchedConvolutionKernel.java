package io.dcd.engine.backend.reference;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.BatchedConvolution;

/** The sum of {@link BatchedConvolution}, term by term. */
record BatchedConvolutionKernel(BatchedConvolution operation, ReferenceMemory memory) implements PhasedKernel {
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
        int kernelElements = operation.kernel().shape().elements();
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
                            int first = output / out.positions() * kernelElements;
                            for (int o = 0; o < out.channels(); o++) {
                                for (int c = 0; c < in.channels(); c++) {
                                    term.visit(
                                            first + (tap * out.channels() + o) * in.channels() + c,
                                            input * in.channels() + c,
                                            output * out.channels() + o);
                                }
                            }
                        }));
    }
}
