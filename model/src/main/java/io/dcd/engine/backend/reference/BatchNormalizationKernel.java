package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.BatchNormalization;

/**
 * With x̂ = (x − μ)/√(σ² + ε), z = γ·x̂ + β, y = f(z) over T values of a channel, and dz = f′·dy: dβ = Σ dz, dγ = Σ dz·x̂,
 * dx = γ/√(σ² + ε)·(dz − dβ/T − x̂·dγ/T). Ioffe and Szegedy 2015.
 */
final class BatchNormalizationKernel implements Kernel {
    private final BatchNormalization operation;
    private final boolean training;
    private final int channels;
    private final int count;
    private final double[] mean;
    private final double[] inverseDeviation;
    private final ReferenceBuffer x;
    private final ReferenceBuffer y;
    private final ReferenceBuffer scale;
    private final ReferenceBuffer shift;
    private final ReferenceBuffer runningMean;
    private final ReferenceBuffer runningVariance;
    private final ReferenceBuffer dy;
    private final InputGradient dx;
    private final ReferenceBuffer scaleGradient;
    private final ReferenceBuffer shiftGradient;

    BatchNormalizationKernel(BatchNormalization operation, KernelMemory memory) {
        this.operation = operation;
        training = memory.training();
        channels = operation.input().shape().channels();
        count = memory.batch() * operation.input().shape().positions();
        mean = new double[channels];
        inverseDeviation = new double[channels];
        x = ReferenceBuffer.of(memory.value(operation.input()));
        y = ReferenceBuffer.of(memory.value(operation.output()));
        scale = ReferenceBuffer.of(memory.parameter(operation.scale()));
        shift = ReferenceBuffer.of(memory.parameter(operation.shift()));
        runningMean = ReferenceBuffer.of(memory.parameter(operation.runningMean()));
        runningVariance = ReferenceBuffer.of(memory.parameter(operation.runningVariance()));
        dx = new InputGradient(memory, operation.input());
        dy = training ? ReferenceBuffer.of(memory.gradient(operation.output())) : null;
        scaleGradient = training ? ReferenceBuffer.of(memory.parameterGradient(operation.scale())) : null;
        shiftGradient = training ? ReferenceBuffer.of(memory.parameterGradient(operation.shift())) : null;
    }

    @Override
    public void forward() {
        for (int c = 0; c < channels; c++) {
            if (training) {
                takeBatchStatistics(c);
            } else {
                mean[c] = runningMean.get(c);
                inverseDeviation[c] = 1 / Math.sqrt(runningVariance.get(c) + operation.epsilon());
            }
            for (int t = 0; t < count; t++) {
                y.set(t * channels + c, operation.activation().value(scale.get(c) * normalized(t, c) + shift.get(c)));
            }
        }
    }

    private void takeBatchStatistics(int c) {
        double sum = 0;
        for (int t = 0; t < count; t++) {
            sum += x.get(t * channels + c);
        }
        mean[c] = sum / count;
        double squares = 0;
        for (int t = 0; t < count; t++) {
            double deviation = x.get(t * channels + c) - mean[c];
            squares += deviation * deviation;
        }
        inverseDeviation[c] = 1 / Math.sqrt(squares / count + operation.epsilon());
        double unbiased = squares / Math.max(1, count - 1);
        runningMean.add(c, operation.momentum() * (mean[c] - runningMean.get(c)));
        runningVariance.add(c, operation.momentum() * (unbiased - runningVariance.get(c)));
    }

    @Override
    public void backward() {
        dx.begin();
        for (int c = 0; c < channels; c++) {
            double shiftSum = 0;
            double scaleSum = 0;
            for (int t = 0; t < count; t++) {
                double gradient = preActivationGradient(t, c);
                shiftSum += gradient;
                scaleSum += gradient * normalized(t, c);
            }
            shiftGradient.set(c, shiftSum);
            scaleGradient.set(c, scaleSum);
            for (int t = 0; t < count; t++) {
                double centred = preActivationGradient(t, c) - shiftSum / count - normalized(t, c) * scaleSum / count;
                dx.add(t * channels + c, scale.get(c) * inverseDeviation[c] * centred);
            }
        }
    }

    private double normalized(int t, int c) {
        return (x.get(t * channels + c) - mean[c]) * inverseDeviation[c];
    }

    private double preActivationGradient(int t, int c) {
        int index = t * channels + c;
        return operation.activation().derivativeFromValue(y.get(index)) * dy.get(index);
    }
}
