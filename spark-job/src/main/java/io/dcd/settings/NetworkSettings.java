package io.dcd.settings;

/**
 * Which network, and its options.
 *
 * @param stemStride of the first convolution; 0, by image size, only until {@link SettingsLoader#load} settles it
 */
public record NetworkSettings(String name, int stemStride, double dropout) {
    public NetworkSettings {
        SettingsException.require(
                stemStride >= 0 && stemStride <= 2, "network.stem-stride must be 0, 1 or 2, got %s", stemStride);
        SettingsException.require(
                dropout >= 0 && dropout < 1, "network.dropout must lie in 0 ≤ dropout < 1, got %s", dropout);
    }
}
