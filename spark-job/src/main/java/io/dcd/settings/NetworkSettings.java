package io.dcd.settings;

/** Which network, and its options. */
public record NetworkSettings(String name, double dropout) {
    public NetworkSettings {
        SettingsException.require(
                dropout >= 0 && dropout < 1, "network.dropout must lie in 0 ≤ dropout < 1, got %s", dropout);
    }
}
