package io.dcd.engine.backend;

/**
 * What a {@link LossKernel} works on.
 *
 * @param batch the number of samples N
 * @param classes the number of classes K
 * @param logits z (N, K)
 * @param targets t (N, K), rows that sum to 1
 * @param logitsGradient (N, K)
 */
public record LossMemory(int batch, int classes, Buffer logits, Buffer targets, Buffer logitsGradient) {}
