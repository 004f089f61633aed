package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.LossKernel;
import io.dcd.engine.backend.LossMemory;

/** L = (1/N) Σ_n (Σ_k t[n,k])·log Σ_k e^z[n,k] − Σ_k t[n,k]·z[n,k], the largest logit subtracted first. */
final class ReferenceLossKernel implements LossKernel {
    private final int batch;
    private final int classes;
    private final ReferenceBuffer logits;
    private final ReferenceBuffer targets;
    private final ReferenceBuffer gradient;

    ReferenceLossKernel(LossMemory memory) {
        batch = memory.batch();
        classes = memory.classes();
        logits = ReferenceBuffer.of(memory.logits());
        targets = ReferenceBuffer.of(memory.targets());
        gradient = ReferenceBuffer.of(memory.logitsGradient());
    }

    @Override
    public double forward() {
        double loss = 0;
        for (int n = 0; n < batch; n++) {
            double normalizer = logSumExp(n);
            for (int k = 0; k < classes; k++) {
                loss += targets.get(n * classes + k) * (normalizer - logits.get(n * classes + k));
            }
        }
        return loss / batch;
    }

    @Override
    public void backward() {
        for (int n = 0; n < batch; n++) {
            double normalizer = logSumExp(n);
            double mass = 0;
            for (int k = 0; k < classes; k++) {
                mass += targets.get(n * classes + k);
            }
            for (int k = 0; k < classes; k++) {
                int index = n * classes + k;
                gradient.set(index, (mass * Math.exp(logits.get(index) - normalizer) - targets.get(index)) / batch);
            }
        }
    }

    private double logSumExp(int n) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < classes; k++) {
            largest = Math.max(largest, logits.get(n * classes + k));
        }
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            sum += Math.exp(logits.get(n * classes + k) - largest);
        }
        return largest + Math.log(sum);
    }
}
