package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.DepthwiseConvolution;

/** The sum of {@link DepthwiseConvolution}, term by term; each term w·x → y gives dw += x·dy and dx += w·dy. */
final class DepthwiseConvolutionKernel implements Kernel {
    private final DepthwiseConvolution operation;
    private final int batch;
    private final ReferenceBuffer x;
    private final ReferenceBuffer y;
    private final ReferenceBuffer weights;
    private final ReferenceBuffer dy;
    private final InputGradient dx;
    private final ReferenceBuffer weightsGradient;

    DepthwiseConvolutionKernel(DepthwiseConvolution operation, KernelMemory memory) {
        this.operation = operation;
        batch = memory.batch();
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
        Shape in = operation.input().shape();
        Shape out = operation.output().shape();
        int channels = in.channels();
        WindowPositions.forEach(
                batch, in, out, operation.kernel(), operation.stride(), operation.padding(), (tap, input, output) -> {
                    for (int c = 0; c < channels; c++) {
                        term.visit(tap * channels + c, input * channels + c, output * channels + c);
                    }
                });
    }
}
