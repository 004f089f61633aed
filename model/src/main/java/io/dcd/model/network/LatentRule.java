package io.dcd.model.network;

/** How the dimension L of the latent space follows from the number of channels C. */
public enum LatentRule {
    /** The authors' published code, which alone reproduces the published parameter counts. */
    REFERENCE,
    /** The sentence in the paper: C is divided by 2 until the result is below √C. */
    HALVING {
        @Override
        int latent(int channels) {
            int latent = channels;
            while (latent > 1 && latent >= Math.sqrt(channels)) {
                latent /= 2;
            }
            return latent;
        }
    },
    /** L = C / 2^⌊log₂ √C⌋. */
    POWER {
        @Override
        int latent(int channels) {
            // ⌊log₂ √C⌋ = ⌊⌊log₂ C⌋ / 2⌋.
            int logarithm = 31 - Integer.numberOfLeadingZeros(channels);
            return Math.max(1, channels >> (logarithm / 2));
        }
    };

    /** L for C {@code channels}; the reference's rule needs more than C and is not a function of it. */
    int latent(int channels) {
        throw new UnsupportedOperationException(this + " is no function of the number of channels alone");
    }
}
