package io.dcd.model.cost;

/**
 * Multiply-adds for one image, by two conventions. Convolutions, linear layers and matrix products count; normalisation,
 * activation, pooling, scaling and addition do not.
 *
 * @param published as the paper counts: each dynamic layer in the cheaper of its two equivalent forms at inference,
 *     forming W(x) or working in feature space
 * @param executed as training computes: DCD's full layers in feature space, depthwise layers and mixtures of kernels formed
 */
public record MultiplyAdds(long published, long executed) {
    /** Nothing. */
    public static final MultiplyAdds NONE = new MultiplyAdds(0, 0);

    /** Both together. */
    public MultiplyAdds plus(MultiplyAdds other) {
        return new MultiplyAdds(published + other.published, executed + other.executed);
    }
}
