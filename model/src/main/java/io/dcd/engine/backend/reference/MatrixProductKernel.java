package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.MatrixProduct;
import java.util.Optional;

/** y[n,o] = Σ_i W[o,i]·x[n,i] + b[o]; dW[o,i] = Σ_n dy[n,o]·x[n,i]; db[o] = Σ_n dy[n,o]; dx[n,i] = Σ_o W[o,i]·dy[n,o]. */
record MatrixProductKernel(MatrixProduct operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        int in = operation.input().shape().elements();
        int out = operation.output().shape().elements();
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer y = memory.value(operation.output());
        ReferenceBuffer weights = memory.parameter(operation.weights());
        Optional<ReferenceBuffer> bias = operation.bias().map(memory::parameter);
        for (int n = 0; n < memory.samples(); n++) {
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
        int in = operation.input().shape().elements();
        int out = operation.output().shape().elements();
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer weights = memory.parameter(operation.weights());
        ReferenceBuffer dy = memory.gradient(operation.output());
        InputGradient dx = memory.inputGradient(operation.input());
        ReferenceBuffer weightsGradient = memory.parameterGradient(operation.weights());
        Optional<ReferenceBuffer> biasGradient = operation.bias().map(memory::parameterGradient);
        for (int n = 0; n < memory.samples(); n++) {
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
