package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.Convolution;

/** The sum of {@link Convolution}, term by term; each term w·x → y gives dw += x·dy and dx += w·dy. */
final class ConvolutionKernel implements Kernel {
    private final int batch;
    private final Shape in;
    private final Shape out;
    private final int kernel;
    private final int stride;
    private final int padding;
    private final ReferenceBuffer x;
    private final ReferenceBuffer y;
    private final ReferenceBuffer weights;
    private final ReferenceBuffer dy;
    private final InputGradient dx;
    private final ReferenceBuffer weightsGradient;

    ConvolutionKernel(Convolution operation, KernelMemory memory) {
        batch = memory.batch();
        in = operation.input().shape();
        out = operation.output().shape();
        kernel = operation.kernel();
        stride = operation.stride();
        padding = operation.padding();
        x = ReferenceBuffer.of(memory.value(operation.input()));
        y = ReferenceBuffer.of(memory.value(operation.output()));
        weights = ReferenceBuffer.of(memory.parameter(operation.weights()));
        dx = new InputGradient(memory, operation.input());
        dy = memory.training() ? ReferenceBuffer.of(memory.gradient(operation.output())) : null;
        weightsGradient = memory.training() ? ReferenceBuffer.of(memory.parameterGradient(operation.weights())) : null;
    }

    @Override
    public void forward() {
        y.clear();
        forEachTerm((weight, input, output) -> y.add(output, weights.get(weight) * x.get(input)));
    }

    @Override
    public void backward() {
        dx.begin();
        weightsGradient.clear();
        forEachTerm((weight, input, output) -> {
            weightsGradient.add(weight, x.get(input) * dy.get(output));
            dx.add(input, weights.get(weight) * dy.get(output));
        });
    }

    private void forEachTerm(ConvolutionTerm term) {
        WindowPositions.forEach(batch, in, out, kernel, stride, padding, (tap, input, output) -> {
            for (int o = 0; o < out.channels(); o++) {
                for (int c = 0; c < in.channels(); c++) {
                    term.visit(
                            (o * in.channels() + c) * kernel * kernel + tap,
                            input * in.channels() + c,
                            output * out.channels() + o);
                }
            }
        });
    }
}
