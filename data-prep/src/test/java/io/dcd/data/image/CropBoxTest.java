package io.dcd.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dcd.data.CounterRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CropBoxTest {
    private static final int DRAWS = 20_000;

    @ParameterizedTest
    @CsvSource({"500, 375", "64, 64", "1, 1", "500, 3", "3, 500", "2, 7"})
    void staysWithinTheImage(int width, int height) {
        for (int i = 0; i < DRAWS; i++) {
            CropBox crop = CropBox.randomResized(width, height, 0.08, CounterRandom.of(1, i));
            assertThat(crop.width()).isBetween(1, width);
            assertThat(crop.height()).isBetween(1, height);
            assertThat(crop.x()).isBetween(0, width - crop.width());
            assertThat(crop.y()).isBetween(0, height - crop.height());
        }
    }

    @Test
    void areaAndRatioFollowTheRecipe() {
        // In a large square every ratio fits up to an area of 3/4, so there the draw is not cut off by retries.
        double smallest = 1;
        double below = 0;
        double logRatios = 0;
        for (int i = 0; i < DRAWS; i++) {
            CropBox crop = CropBox.randomResized(1000, 1000, 0.08, CounterRandom.of(2, i));
            double area = crop.width() * crop.height() / 1e6;
            double ratio = (double) crop.width() / crop.height();
            assertThat(ratio).isBetween(0.74, 1.35);
            assertThat(area).isBetween(0.0795, 1.0);
            smallest = Math.min(smallest, area);
            logRatios += Math.log(ratio);
            below += area < 0.41 ? 1 : 0;
        }
        assertThat(smallest).as("small crops occur").isLessThan(0.085);
        // Of the mass up to 0.75, (0.41 − 0.08) / (0.75 − 0.08) lies below 0.41; above it few draws are lost to misfits
        // and retried.
        assertThat(below / DRAWS).isBetween(0.36, 0.42);
        assertThat(logRatios / DRAWS).as("mean of the logarithmic ratio").isCloseTo(0, within(0.01));
    }

    @Test
    void extremeShapesFallBackToTheLargestCentredCrop() {
        // No ratio within 3/4 … 4/3 and area above 8 % fits into 100 × 1.
        assertThat(CropBox.randomResized(100, 1, 0.08, CounterRandom.of(3))).isEqualTo(new CropBox(49, 0, 1, 1));
        assertThat(CropBox.randomResized(1, 100, 0.08, CounterRandom.of(3))).isEqualTo(new CropBox(0, 49, 1, 1));
        assertThat(CropBox.randomResized(1000, 30, 0.08, CounterRandom.of(3))).isEqualTo(new CropBox(480, 0, 40, 30));
    }
}
