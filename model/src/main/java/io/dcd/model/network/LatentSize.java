package io.dcd.model.network;

import static io.dcd.model.network.OptionText.check;

/** The dimension L of a convolution's latent space. */
final class LatentSize {
    /** The smallest L of the reference. */
    private static final int SMALLEST = 4;

    private LatentSize() {}

    /**
     * L of one of the {@code blocks} of a residual that fuses channels, as for a convolution of as many times fewer
     * channels.
     */
    static int of(DcdOptions options, Convolution convolution, int pooling, int blocks) {
        int inputs = convolution.inputs() / blocks;
        int outputs = convolution.outputs() / blocks;
        int channels = Math.max(1, Math.min(inputs, outputs));
        int latent =
                switch (options.rule()) {
                    case REFERENCE -> reference(convolution.kind(), inputs * pooling * pooling, inputs, outputs);
                    case HALVING, POWER -> options.rule().latent(channels);
                };
        return given(options, convolution, channels, 1, latent);
    }

    /** L of a convolution that fuses channels and {@code elements} latent kernel elements jointly: C/L_k takes the place of C. */
    static int joint(DcdOptions options, Convolution convolution, int elements) {
        int channels = Math.min(convolution.inputs(), convolution.outputs());
        int share = Math.max(1, channels / elements);
        int latent =
                switch (options.rule()) {
                    // The published code has no joint fusion: the largest L that the paper allows.
                    case REFERENCE -> (int) Math.sqrt(share);
                    case HALVING, POWER -> options.rule().latent(share);
                };
        return given(options, convolution, channels, elements, latent);
    }

    /** The rule's {@code latent} times the multiplier, or the L that the options give. */
    private static int given(DcdOptions options, Convolution convolution, int channels, int elements, int latent) {
        if (options.latent().isPresent()) {
            int given = options.latent().getAsInt();
            check(
                    (long) given * given * elements <= channels,
                    elements == 1
                            ? "latent=%d: L² = %d is more than the %d channels of %s"
                            : "latent=%d: L²·L_k = %d is more than the %d channels of %s",
                    given,
                    (long) given * given * elements,
                    channels,
                    convolution.name());
            return given;
        }
        return Math.max((int) (latent * options.multiplier()), Math.min(latent, SMALLEST));
    }

    private static int reference(Convolution.Kind kind, int pooled, int inputs, int outputs) {
        if (kind != Convolution.Kind.POINTWISE) {
            return Math.max(1, (int) Math.sqrt(pooled));
        }
        int divisor = inputs < outputs ? 8 : 2;
        int latent = Math.min(pooled / divisor, outputs / divisor);
        while (latent * latent > 2 * pooled) {
            divisor *= 2;
            latent = Math.min(pooled / divisor, outputs / divisor);
        }
        return Math.max(latent, SMALLEST);
    }
}
