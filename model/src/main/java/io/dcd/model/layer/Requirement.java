package io.dcd.model.layer;

/** Checks of what a layer is built with. */
final class Requirement {
    private Requirement() {}

    /** Refuses a layer with a message that names the value and its bound. */
    static void check(boolean condition, String message, Object... arguments) {
        if (!condition) {
            throw new IllegalArgumentException(message.formatted(arguments));
        }
    }
}
