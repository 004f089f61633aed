package io.dcd.settings;

/** What happens when training diverges. */
public record DivergenceSettings(int retries, double rateFactor) {
    public DivergenceSettings {
        SettingsException.require(retries >= 0, "divergence.retries must not be negative, got %s", retries);
        SettingsException.require(
                rateFactor > 0 && rateFactor <= 1, "divergence.rate-factor must lie in 0 < f ≤ 1, got %s", rateFactor);
    }
}
