package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.Softmax;

/** y_k = exp(x_k/τ)/Σ_j exp(x_j/τ); dx_k = y_k·(dy_k − Σ_j dy_j·y_j)/τ. */
record SoftmaxKernel(Softmax operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void forward() {
        ReferenceBuffer x = memory.value(operation.input());
        ReferenceBuffer y = memory.value(operation.output());
        double temperature = memory.parameter(operation.temperature()).get(0);
        int classes = classes();
        for (int first = 0; first < x.size(); first += classes) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int k = first; k < first + classes; k++) {
                largest = Math.max(largest, x.get(k));
            }
            double sum = 0;
            for (int k = first; k < first + classes; k++) {
                sum += Math.exp((x.get(k) - largest) / temperature);
            }
            for (int k = first; k < first + classes; k++) {
                y.set(k, Math.exp((x.get(k) - largest) / temperature) / sum);
            }
        }
    }

    @Override
    public void backward() {
        ReferenceBuffer y = memory.value(operation.output());
        ReferenceBuffer dy = memory.gradient(operation.output());
        InputGradient dx = memory.inputGradient(operation.input());
        double temperature = memory.parameter(operation.temperature()).get(0);
        int classes = classes();
        for (int first = 0; first < y.size(); first += classes) {
            double mean = 0;
            for (int k = first; k < first + classes; k++) {
                mean += dy.get(k) * y.get(k);
            }
            for (int k = first; k < first + classes; k++) {
                dx.add(k, y.get(k) * (dy.get(k) - mean) / temperature);
            }
        }
    }

    private int classes() {
        return operation.input().shape().channels();
    }
}
