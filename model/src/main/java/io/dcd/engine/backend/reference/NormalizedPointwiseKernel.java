package io.dcd.engine.backend.reference;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.BatchNormalization;
import io.dcd.engine.operation.Convolution;
import io.dcd.engine.operation.NormalizedPointwise;

/**
 * With v = λ ⊙ (W·x) + P·u at every position, y = f(γ·v̂ + β) as in {@link BatchNormalizationKernel}; from dv: dλ = Σ_t dv ⊙ W·x,
 * dW = Σ (λ ⊙ dv)·xᵀ, dx = Wᵀ·(λ ⊙ dv), dP = Σ dv·uᵀ, du = Pᵀ·dv. In training only, as the operation itself.
 */
record NormalizedPointwiseKernel(NormalizedPointwise operation, ReferenceMemory memory) implements PhasedKernel {
    @Override
    public void reduceForward() {
        for (int row = 0; row < rows(); row++) {
            for (int o = 0; o < outputs(); o++) {
                statistics().addValue(memory.memory().thread(), o, sum(row, o));
            }
        }
    }

    @Override
    public void forward() {
        BatchNormalization normalization = operation.normalization();
        ReferenceBuffer y = memory.value(operation.output());
        ReferenceBuffer scale = memory.parameter(normalization.scale());
        ReferenceBuffer shift = memory.parameter(normalization.shift());
        for (int row = 0; row < rows(); row++) {
            for (int o = 0; o < outputs(); o++) {
                double normalized = statistics().normalized(o, sum(row, o));
                y.set(row * outputs() + o, normalization.activation().value(scale.get(o) * normalized + shift.get(o)));
            }
        }
    }

    @Override
    public void reduceBackward() {
        ReferenceBuffer y = memory.value(operation.output());
        ReferenceBuffer dy = memory.gradient(operation.output());
        for (int row = 0; row < rows(); row++) {
            for (int o = 0; o < outputs(); o++) {
                int i = row * outputs() + o;
                double dz = operation.normalization().activation().derivativeFromValue(y.get(i)) * dy.get(i);
                reduction().gradients()[inBatch(row, o)] = dz;
                statistics().addGradient(memory.memory().thread(), o, dz, sum(row, o));
            }
        }
    }

    @Override
    public void backward() {
        ReferenceBuffer scale = memory.parameter(operation.normalization().scale());
        ReferenceBuffer factor = memory.value(operation.attention().factor());
        InputGradient factorGradient =
                memory.inputGradient(operation.attention().factor());
        Term fixed = new Term(operation.fixed(), memory);
        Term residual = operation
                .residual()
                .map(convolution -> new Term(convolution, memory))
                .orElse(null);
        for (int row = 0; row < rows(); row++) {
            for (int o = 0; o < outputs(); o++) {
                double dz = reduction().gradients()[inBatch(row, o)];
                double dv = scale.get(o) * statistics().inputGradient(o, dz, sum(row, o));
                int attended = sample(row) * outputs() + o;
                factorGradient.add(attended, dv * product(operation.fixed(), row, o));
                fixed.add(row, o, factor.get(attended) * dv);
                if (residual != null) {
                    residual.add(row, o, dv);
                }
            }
        }
    }

    /** Where the gradients of one of the two products go. */
    private record Term(
            int inputs, ReferenceBuffer x, ReferenceBuffer w, InputGradient dx, ReferenceBuffer weightGradient) {
        Term(Convolution convolution, ReferenceMemory memory) {
            this(convolution.input(), convolution.weights(), memory);
        }

        private Term(Tensor input, Parameter weights, ReferenceMemory memory) {
            this(
                    input.shape().channels(),
                    memory.value(input),
                    memory.parameter(weights),
                    memory.inputGradient(input),
                    memory.parameterGradient(weights));
        }

        void add(int row, int o, double gradient) {
            for (int i = 0; i < inputs; i++) {
                weightGradient.add(o * inputs + i, gradient * x.get(row * inputs + i));
                dx.add(row * inputs + i, gradient * w.get(o * inputs + i));
            }
        }
    }

    /** v at a position of the slice. */
    private double sum(int row, int o) {
        double factor = memory.value(operation.attention().factor()).get(sample(row) * outputs() + o);
        double sum = factor * product(operation.fixed(), row, o);
        return operation
                .residual()
                .map(residual -> sum + product(residual, row, o))
                .orElse(sum);
    }

    private double product(Convolution convolution, int row, int o) {
        ReferenceBuffer x = memory.value(convolution.input());
        ReferenceBuffer weights = memory.parameter(convolution.weights());
        int inputs = convolution.input().shape().channels();
        double sum = 0;
        for (int i = 0; i < inputs; i++) {
            sum += weights.get(o * inputs + i) * x.get(row * inputs + i);
        }
        return sum;
    }

    private int rows() {
        return memory.samples() * operation.output().shape().positions();
    }

    private int outputs() {
        return operation.output().shape().channels();
    }

    private int sample(int row) {
        return row / operation.output().shape().positions();
    }

    /** The index in the whole batch of a value in a row of the slice. */
    private int inBatch(int row, int o) {
        return memory.memory().firstSample() * operation.output().shape().elements() + row * outputs() + o;
    }

    private BatchNormalizationReduction statistics() {
        return reduction().statistics();
    }

    private NormalizedPointwiseReduction reduction() {
        return (NormalizedPointwiseReduction) memory.memory().reduction();
    }
}
