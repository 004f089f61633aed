package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.operation.MatrixProduct;
import java.util.Optional;
import java.util.function.Function;

/** y[n,o] = Σ_i W[o,i]·x[n,i] + b[o]; dW[o,i] = Σ_n dy[n,o]·x[n,i]; db[o] = Σ_n dy[n,o]; dx[n,i] = Σ_o W[o,i]·dy[n,o]. */
final class MatrixProductKernel implements Kernel {
    private final int batch;
    private final int in;
    private final int out;
    private final ReferenceBuffer x;
    private final ReferenceBuffer y;
    private final ReferenceBuffer weights;
    private final Optional<ReferenceBuffer> bias;
    private final ReferenceBuffer dy;
    private final InputGradient dx;
    private final ReferenceBuffer weightsGradient;
    private final Optional<ReferenceBuffer> biasGradient;

    MatrixProductKernel(MatrixProduct operation, KernelMemory memory) {
        batch = memory.batch();
        in = operation.input().shape().elements();
        out = operation.output().shape().elements();
        x = ReferenceBuffer.of(memory.value(operation.input()));
        y = ReferenceBuffer.of(memory.value(operation.output()));
        Function<Parameter, ReferenceBuffer> parameter = p -> ReferenceBuffer.of(memory.parameter(p));
        weights = parameter.apply(operation.weights());
        bias = operation.bias().map(parameter);
        dx = new InputGradient(memory, operation.input());
        if (memory.training()) {
            dy = ReferenceBuffer.of(memory.gradient(operation.output()));
            Function<Parameter, ReferenceBuffer> gradient = p -> ReferenceBuffer.of(memory.parameterGradient(p));
            weightsGradient = gradient.apply(operation.weights());
            biasGradient = operation.bias().map(gradient);
        } else {
            dy = null;
            weightsGradient = null;
            biasGradient = Optional.empty();
        }
    }

    @Override
    public void forward() {
        for (int n = 0; n < batch; n++) {
            for (int o = 0; o < out; o++) {
                double sum = bias.isPresent() ? bias.get().get(o) : 0;
                for (int i = 0; i < in; i++) {
                    sum += weights.get(o * in + i) * x.get(n * in + i);
                }
                y.set(n * out + o, sum);
            }
        }
    }

    @Override
    public void backward() {
        dx.begin();
        weightsGradient.clear();
        biasGradient.ifPresent(ReferenceBuffer::clear);
        for (int n = 0; n < batch; n++) {
            for (int o = 0; o < out; o++) {
                double gradient = dy.get(n * out + o);
                for (int i = 0; i < in; i++) {
                    weightsGradient.add(o * in + i, gradient * x.get(n * in + i));
                    dx.add(n * in + i, weights.get(o * in + i) * gradient);
                }
                if (biasGradient.isPresent()) {
                    biasGradient.get().add(o, gradient);
                }
            }
        }
    }
}
