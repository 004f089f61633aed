package io.dcd.engine.backend.onednn;

import io.dcd.engine.operation.Activation;

/** An activation as f(t) = min(max(slope·t + offset, low), high), whose derivative is the slope strictly inside. */
record Clip(float slope, float offset, float low, float high) {
    static Clip of(Activation activation) {
        return switch (activation) {
            case IDENTITY -> new Clip(1, 0, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
            case RELU -> new Clip(1, 0, 0, Float.POSITIVE_INFINITY);
            case RELU6 -> new Clip(1, 0, 0, 6);
            case DOUBLE_HARD_SIGMOID -> new Clip(1f / 3, 1, 0, 2);
            case SIGMOID -> throw new IllegalArgumentException("a sigmoid is no clip");
        };
    }
}
