package io.dcd.demo;

import io.dcd.data.CounterRandom;
import java.awt.Color;

/** Two colours of one material, for its low and its high places; drawn at random, so that colour tells nothing of the class. */
record Palette(float[] low, float[] high) {
    /** @param contrast difference in brightness between the two, 0 … 1 */
    static Palette random(CounterRandom random, double contrast) {
        float hue = (float) random.nextDouble();
        float otherHue = (float) (hue + random.nextDouble(-0.08, 0.08));
        float saturation = (float) random.nextDouble(0.05, 0.75);
        double bright = random.nextDouble(0.4 + 0.5 * contrast, 1);
        return new Palette(
                components(hue, saturation, (float) (bright - 0.6 * contrast)),
                components(otherHue, saturation * 0.8f, (float) bright));
    }

    private static float[] components(float hue, float saturation, float brightness) {
        return new Color(Color.HSBtoRGB(hue, saturation, Math.min(1, Math.max(0, brightness))))
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
