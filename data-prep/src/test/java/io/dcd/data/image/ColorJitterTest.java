package io.dcd.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dcd.data.CounterRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ColorJitterTest {
    /** Red, a grey and a bright blue of luma 76, 100 and 43: 0.299·R + 0.587·G + 0.114·B, as Pillow converts them. */
    private static final int[] PIXELS = {255, 0, 0, 100, 100, 100, 10, 20, 250};

    @Test
    void brightnessScales() {
        byte[] rgb = image(PIXELS);
        ColorJitter.brightness(rgb, 1.5);
        assertThat(values(rgb)).containsExactly(255, 0, 0, 150, 150, 150, 15, 30, 255);
        ColorJitter.brightness(rgb, 0);
        assertThat(values(rgb)).containsOnly(0);
    }

    @Test
    void contrastBlendsWithTheMeanLuma() {
        // (76 + 100 + 43) / 3 = 73.
        byte[] rgb = image(PIXELS);
        ColorJitter.contrast(rgb, 0.5);
        assertThat(values(rgb)).containsExactly(164, 36, 36, 86, 86, 86, 41, 46, 161);
        ColorJitter.contrast(rgb, 0);
        assertThat(new HashSet<>(Arrays.stream(values(rgb)).boxed().toList()))
                .as("one grey")
                .hasSize(1);
    }

    @Test
    void saturationBlendsWithEachPixelsLuma() {
        byte[] rgb = image(PIXELS);
        ColorJitter.saturation(rgb, 2);
        assertThat(values(rgb)).containsExactly(255, 0, 0, 100, 100, 100, 0, 0, 255);
        byte[] grey = image(PIXELS);
        ColorJitter.saturation(grey, 0);
        assertThat(values(grey)).containsExactly(76, 76, 76, 100, 100, 100, 43, 43, 43);
    }

    @Test
    void factorsAreUniformInTheirRange() {
        ColorJitter jitter = new ColorJitter(new Augmentation(1, 0.4, 0, 0));
        double sum = 0;
        int least = 255;
        int most = 0;
        for (int sample = 0; sample < 2000; sample++) {
            byte[] rgb = image(100, 100, 100);
            jitter.apply(rgb, CounterRandom.of(1, sample));
            sum += rgb[0] & 0xff;
            least = Math.min(least, rgb[0] & 0xff);
            most = Math.max(most, rgb[0] & 0xff);
        }
        // 60 … 140, cut off to whole numbers; five standard errors of the mean.
        assertThat(sum / 2000).isCloseTo(99.5, within(5 * 80 / Math.sqrt(12 * 2000)));
        assertThat(least).isBetween(60, 62);
        assertThat(most).isBetween(138, 140);
    }

    /** Brightness before contrast is not contrast before brightness. */
    @Test
    void theOrderIsRandom() {
        ColorJitter jitter = new ColorJitter(new Augmentation(1, 1, 1, 1));
        Set<Integer> first = new HashSet<>();
        for (int sample = 0; sample < 100; sample++) {
            byte[] rgb = image(PIXELS);
            jitter.apply(rgb, CounterRandom.of(1, sample));
            first.add(rgb[8] & 0xff);
        }
        assertThat(first).hasSizeGreaterThan(50);
        byte[] brightFirst = image(PIXELS);
        ColorJitter.brightness(brightFirst, 2);
        ColorJitter.contrast(brightFirst, 0.5);
        byte[] contrastFirst = image(PIXELS);
        ColorJitter.contrast(contrastFirst, 0.5);
        ColorJitter.brightness(contrastFirst, 2);
        assertThat(brightFirst).isNotEqualTo(contrastFirst);
    }

    private static byte[] image(int... values) {
        byte[] rgb = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            rgb[i] = (byte) values[i];
        }
        return rgb;
    }

    private static int[] values(byte[] rgb) {
        int[] values = new int[rgb.length];
        for (int i = 0; i < rgb.length; i++) {
            values[i] = rgb[i] & 0xff;
        }
        return values;
    }
}
