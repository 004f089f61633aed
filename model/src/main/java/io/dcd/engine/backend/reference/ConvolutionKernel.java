package io.dcd.engine.backend.reference;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.Convolution;

/** The sum of {@link Convolution}, term by term. */
record ConvolutionKernel(Convolution operation, ReferenceMemory memory) implements PhasedKernel {
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
        int kernel = operation.kernel();
        return new ProductTerms(
                memory,
                term -> WindowPositions.forEach(
                        memory.samples(),
                        in,
                        out,
                        kernel,
                        operation.stride(),
                        operation.padding(),
                        (tap, input, output) -> {
                            for (int o = 0; o < out.channels(); o++) {
                                for (int c = 0; c < in.channels(); c++) {
                                    term.visit(
                                            (o * in.channels() + c) * kernel * kernel + tap,
                                            input * in.channels() + c,
                                            output * out.channels() + o);
                                }
                            }
                        }));
    }
}
