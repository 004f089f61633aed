package io.dcd.engine.operation;

/** A function applied to every value. */
public enum Activation {
    /** t ↦ t. */
    IDENTITY,
    /** t ↦ max(t, 0). */
    RELU,
    /** t ↦ min(max(t, 0), 6). */
    RELU6,
    /** t ↦ min(max(t + 3, 0), 6) / 3: the reference implementation's hσ, whose range is 0…2. */
    DOUBLE_HARD_SIGMOID,
    /** t ↦ 1/(1 + e^−t). */
    SIGMOID;

    /** The value at {@code t}. */
    public double value(double t) {
        return switch (this) {
            case IDENTITY -> t;
            case RELU -> Math.max(t, 0);
            case RELU6 -> Math.min(Math.max(t, 0), 6);
            case DOUBLE_HARD_SIGMOID -> Math.min(Math.max(t + 3, 0), 6) / 3;
            case SIGMOID -> 1 / (1 + Math.exp(-t));
        };
    }

    /** The derivative, told from the value {@code y} alone; 0 at the kinks, as PyTorch has it. */
    public double derivativeFromValue(double y) {
        return switch (this) {
            case IDENTITY -> 1;
            case RELU -> y > 0 ? 1 : 0;
            case RELU6 -> y > 0 && y < 6 ? 1 : 0;
            case DOUBLE_HARD_SIGMOID -> y > 0 && y < 2 ? 1.0 / 3 : 0;
            case SIGMOID -> y * (1 - y);
        };
    }
}
