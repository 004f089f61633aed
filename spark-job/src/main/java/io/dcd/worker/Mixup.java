package io.dcd.worker;

import io.dcd.data.CounterRandom;
import java.nio.ByteBuffer;

/**
 * Mixup (Zhang et al. 2018): every image of a batch keeps the share λ of itself and takes 1 − λ of its partner. The partner of image i is
 * image n − 1 − i; since the order of samples is random, so is the pairing. Pixels are mixed as bytes, rounded to the nearest, before they
 * are normalised, which is the same up to half a grey level.
 */
final class Mixup {
    /** Keeps λ from sharing random numbers with the order of samples or with augmentation. */
    private static final long STREAM = 0x6d69787570L;

    private final int batch;
    private byte[] left = {};
    private byte[] right = {};

    Mixup(int batch) {
        this.batch = batch;
    }

    /**
     * λ of a step, from Beta(α, α): a pure function of its arguments; 1 if α is 0.
     *
     * <p>Drawn by Jöhnk's method (1964), which is quick for α ≤ 1.
     */
    static double share(long seed, long step, double alpha) {
        if (alpha == 0) {
            return 1;
        }
        CounterRandom random = CounterRandom.of(seed, STREAM, step);
        while (true) {
            // Logarithms: for a small α the powers themselves underflow.
            double x = Math.log(random.nextDouble()) / alpha;
            double y = Math.log(random.nextDouble()) / alpha;
            double larger = Math.max(x, y);
            double logSum = larger + Math.log(Math.exp(x - larger) + Math.exp(y - larger));
            if (logSum <= 0) {
                return Math.exp(x - logSum);
            }
        }
    }

    /** Mixes the images of a batch in place. */
    void mix(ByteBuffer pixels, double share) {
        if (share == 1) {
            return;
        }
        int bytes = pixels.capacity() / batch;
        if (left.length != bytes) {
            left = new byte[bytes];
            right = new byte[bytes];
        }
        // λ in units of 2⁻¹⁶: a whole-number product and a shift instead of floating point for every byte.
        int own = (int) Math.round(share * (1 << 16));
        for (int i = 0; i < batch / 2; i++) {
            int j = batch - 1 - i;
            pixels.get(i * bytes, left);
            pixels.get(j * bytes, right);
            for (int k = 0; k < bytes; k++) {
                int a = left[k] & 0xff;
                int b = right[k] & 0xff;
                left[k] = (byte) ((own * a + ((1 << 16) - own) * b + (1 << 15)) >> 16);
                right[k] = (byte) ((own * b + ((1 << 16) - own) * a + (1 << 15)) >> 16);
            }
            pixels.put(i * bytes, left);
            pixels.put(j * bytes, right);
        }
    }
}
