package io.dcd.engine.backend.reference;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.FoldedConvolution;
import java.util.Optional;

/** y = f(λ ⊙ (W * x) + b + r), term by term. */
record FoldedConvolutionKernel(FoldedConvolution operation, ReferenceMemory memory) implements InferenceKernel {
    @Override
    public void forward() {
        Shape in = operation.input().shape();
        Shape out = operation.output().shape();
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer y = memory.value(operation.output());
        ReferenceBuffer weights = memory.parameter(operation.weights());
        ReferenceBuffer bias = memory.parameter(operation.bias());
        Optional<ReferenceBuffer> summand = operation.summand().map(memory::value);
        int inputs = in.channels();
        int outputs = out.channels();
        y.clear();
        WindowPositions.forEach(
                memory.samples(),
                in,
                out,
                operation.kernel(),
                operation.stride(),
                operation.padding(),
                (tap, input, output) -> {
                    for (int o = 0; o < outputs; o++) {
                        if (operation.depthwise()) {
                            y.add(output * outputs + o, weights.get(tap * outputs + o) * x.get(input * inputs + o));
                            continue;
                        }
                        for (int c = 0; c < inputs; c++) {
                            y.add(
                                    output * outputs + o,
                                    weights.get((tap * inputs + c) * outputs + o) * x.get(input * inputs + c));
                        }
                    }
                });
        for (int i = 0; i < y.size(); i++) {
            double sum = y.get(i) * factor(i)
                    + bias.get(i % outputs)
                    + (summand.isPresent() ? summand.get().get(i) : 0);
            y.set(i, operation.activation().value(sum));
        }
    }

    /** λ of the value {@code index}. */
    private double factor(int index) {
        if (operation.coefficients().isEmpty()) {
            return 1;
        }
        Tensor coefficients = operation.coefficients().get();
        Shape out = operation.output().shape();
        int sample = index / out.elements();
        return memory.value(coefficients).get(sample * coefficients.shape().elements() + index % out.channels());
    }
}
