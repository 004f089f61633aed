package io.dcd.engine.backend.reference;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.DynamicCoefficients;

/** s, h, g, λ and Φ of {@link DynamicCoefficients}, one after the other. */
record DynamicCoefficientsKernel(DynamicCoefficients operation, ReferenceMemory memory) implements InferenceKernel {
    @Override
    public void forward() {
        ReferenceBuffer y = memory.value(operation.output());
        int width = operation.output().shape().elements();
        for (int n = 0; n < memory.samples(); n++) {
            double[] h = product(operation.first(), pooled(n));
            double[] gate = product(operation.second(), h);
            double[] g = new double[h.length];
            for (int i = 0; i < g.length; i++) {
                g[i] = h[i] * Activation.DOUBLE_HARD_SIGMOID.value(gate[i]);
            }
            int first = n * width;
            operation.attention().ifPresent(matrix -> {
                double[] logits = product(matrix, g);
                for (int i = 0; i < logits.length; i++) {
                    y.set(first + i, Activation.DOUBLE_HARD_SIGMOID.value(logits[i]));
                }
            });
            operation.fusion().ifPresent(matrix -> {
                double[] phi = product(matrix, g);
                for (int i = 0; i < phi.length; i++) {
                    y.set(first + operation.fusionOffset() + i, phi[i]);
                }
            });
        }
    }

    private double[] pooled(int sample) {
        Shape shape = operation.input().shape();
        ReferenceBuffer x = memory.value(operation.input());
        int pooling = operation.pooling();
        double[] s = new double[pooling * pooling * shape.channels()];
        for (int p = 0; p < pooling; p++) {
            for (int q = 0; q < pooling; q++) {
                int top = p * shape.height() / pooling;
                int bottom = ((p + 1) * shape.height() + pooling - 1) / pooling;
                int left = q * shape.width() / pooling;
                int right = ((q + 1) * shape.width() + pooling - 1) / pooling;
                for (int c = 0; c < shape.channels(); c++) {
                    double sum = 0;
                    for (int h = top; h < bottom; h++) {
                        for (int w = left; w < right; w++) {
                            sum += x.get(((sample * shape.height() + h) * shape.width() + w) * shape.channels() + c);
                        }
                    }
                    s[(p * pooling + q) * shape.channels() + c] = sum / ((bottom - top) * (right - left));
                }
            }
        }
        return s;
    }

    private double[] product(Parameter matrix, double[] x) {
        int outputs = matrix.shape().get(1);
        ReferenceBuffer weights = memory.parameter(matrix);
        double[] y = new double[outputs];
        for (int i = 0; i < matrix.shape().get(0); i++) {
            for (int o = 0; o < outputs; o++) {
                y[o] += weights.get(i * outputs + o) * x[i];
            }
        }
        return y;
    }
}
