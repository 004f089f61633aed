package io.dcd.settings;

/** A setting is unknown, has the wrong type or is out of range; the message names its key. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SettingsException(String message) {
        super(message);
    }

    public SettingsException(String message, Throwable cause) {
        super(message, cause);
    }

    static void require(boolean condition, String message, Object... values) {
        if (!condition) {
            throw new SettingsException(message.formatted(values));
        }
    }
}
