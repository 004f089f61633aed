package io.dcd.settings;

import static io.dcd.settings.SettingsException.require;

import io.dcd.data.image.Augmentation;

/** How training images are changed at random. */
public record AugmentationSettings(double smallestArea, double brightness, double contrast, double saturation) {
    public AugmentationSettings {
        require(
                smallestArea > 0 && smallestArea <= 1,
                "augmentation.smallest-area must lie in 0 < a ≤ 1, got %s",
                smallestArea);
        require(
                brightness >= 0 && Double.isFinite(brightness),
                "augmentation.brightness must not be negative, got %s",
                brightness);
        require(
                contrast >= 0 && Double.isFinite(contrast),
                "augmentation.contrast must not be negative, got %s",
                contrast);
        require(
                saturation >= 0 && Double.isFinite(saturation),
                "augmentation.saturation must not be negative, got %s",
                saturation);
    }

    /** The same for the transform of the images. */
    public Augmentation augmentation() {
        return new Augmentation(smallestArea, brightness, contrast, saturation);
    }
}
