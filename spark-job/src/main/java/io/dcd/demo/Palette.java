package io.dcd.demo;

import io.dcd.data.CounterRandom;
import java.awt.Color;

/** Two colours of one material, for its low and its high places. */
record Palette(float[] low, float[] high) {
    /** How far a colour strays from its hue at most: a quarter of the circle to either side. */
    private static final double HUE_SPREAD = 0.25;

    /** Any colour. */
    static Palette any(CounterRandom random, double contrast) {
        return around(random.nextDouble(), random, contrast);
    }

    /**
     * Colours about a hue.
     *
     * @param hue round the colour circle from red (0) to red (1)
     * @param contrast difference in brightness between low and high, 0 … 1
     */
    static Palette around(double hue, CounterRandom random, double contrast) {
        double spread = HUE_SPREAD * (random.nextDouble() + random.nextDouble() - 1);
        float saturation = (float) random.nextDouble(0.1, 0.75);
        double bright = random.nextDouble(0.4 + 0.5 * contrast, 1);
        return new Palette(
                components(hue + spread, saturation, bright - 0.6 * contrast),
                components(hue + spread + random.nextDouble(-0.06, 0.06), saturation * 0.8f, bright));
    }

    private static float[] components(double hue, float saturation, double brightness) {
        return new Color(Color.HSBtoRGB((float) hue, saturation, (float) Math.min(1, Math.max(0, brightness))))
                .getRGBColorComponents(null);
    }

    /** Writes the colour of a place of this height (0 … 1, beyond is cut off), times {@code light}, into {@code rgb}. */
    void shade(double height, double light, float[] rgb) {
        float share = (float) Math.min(1, Math.max(0, height));
        for (int channel = 0; channel < rgb.length; channel++) {
            rgb[channel] = (float) light * (low[channel] + share * (high[channel] - low[channel]));
        }
    }
}
