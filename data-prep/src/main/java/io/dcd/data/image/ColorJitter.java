package io.dcd.data.image;

import io.dcd.data.CounterRandom;

/**
 * Random changes of brightness, contrast and saturation in random order, with the arithmetic of torchvision's {@code ColorJitter} on 8-bit
 * images: each is a blend {@code out = d + f·(in − d)}, cut off to whole numbers in 0 … 255, of the image with black, with the rounded mean
 * of its luma, or with each pixel's luma.
 */
final class ColorJitter {
    private static final int BRIGHTNESS = 0;
    private static final int CONTRAST = 1;
    private static final int SATURATION = 2;

    private final double[] strengths;

    ColorJitter(Augmentation augmentation) {
        strengths = new double[] {augmentation.brightness(), augmentation.contrast(), augmentation.saturation()};
    }

    /** Changes an image of RGB bytes in place. */
    void apply(byte[] rgb, CounterRandom random) {
        double[] factors = new double[strengths.length];
        int[] order = new int[strengths.length];
        for (int i = 0; i < strengths.length; i++) {
            factors[i] = random.nextDouble(Math.max(0, 1 - strengths[i]), 1 + strengths[i]);
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        for (int adjustment : order) {
            if (strengths[adjustment] > 0) {
                adjust(rgb, adjustment, factors[adjustment]);
            }
        }
    }

    private static void adjust(byte[] rgb, int adjustment, double factor) {
        switch (adjustment) {
            case BRIGHTNESS -> brightness(rgb, factor);
            case CONTRAST -> contrast(rgb, factor);
            case SATURATION -> saturation(rgb, factor);
            default -> throw new IllegalArgumentException("there is no adjustment " + adjustment);
        }
    }

    static void brightness(byte[] rgb, double factor) {
        blend(rgb, 0, factor);
    }

    static void contrast(byte[] rgb, double factor) {
        long sum = 0;
        for (int i = 0; i < rgb.length; i += 3) {
            sum += luma(rgb, i);
        }
        blend(rgb, (int) ((double) sum / (rgb.length / 3) + 0.5), factor);
    }

    static void saturation(byte[] rgb, double factor) {
        for (int i = 0; i < rgb.length; i += 3) {
            int luma = luma(rgb, i);
            for (int channel = i; channel < i + 3; channel++) {
                rgb[channel] = blend(rgb[channel] & 0xff, luma, factor);
            }
        }
    }

    private static void blend(byte[] rgb, int degenerate, double factor) {
        byte[] blended = new byte[256];
        for (int value = 0; value < blended.length; value++) {
            blended[value] = blend(value, degenerate, factor);
        }
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = blended[rgb[i] & 0xff];
        }
    }

    private static byte blend(int value, int degenerate, double factor) {
        return (byte) Math.max(0, Math.min(255, (int) (degenerate + factor * (value - degenerate))));
    }

    /** Luma of ITU-R 601-2 in units of 2⁻¹⁶, rounded, as Pillow converts to grey. */
    private static int luma(byte[] rgb, int i) {
        return ((rgb[i] & 0xff) * 19595 + (rgb[i + 1] & 0xff) * 38470 + (rgb[i + 2] & 0xff) * 7471 + 0x8000) >> 16;
    }
}
