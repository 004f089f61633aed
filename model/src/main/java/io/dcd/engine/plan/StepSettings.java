package io.dcd.engine.plan;

/**
 * The optimiser's settings of one step.
 *
 * @param learningRate η
 * @param momentum m
 * @param weightDecay λ, coupled
 */
public record StepSettings(double learningRate, double momentum, double weightDecay) {}
