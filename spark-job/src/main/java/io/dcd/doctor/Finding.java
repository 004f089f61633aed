package io.dcd.doctor;

/**
 * What an examination says about one thing.
 *
 * @param subject what was looked at
 * @param level how bad it is
 * @param area what a refusal is about
 * @param message what was found, and the remedy if it is not fine
 */
public record Finding(String subject, Level level, Area area, String message) {
    /** How bad a finding is. */
    public enum Level {
        FINE,
        /** A job will run, but perhaps not well. */
        WARNING,
        /** A job is sure to fail. */
        REFUSAL
    }

    /** What a finding is about. */
    public enum Area {
        SETTINGS,
        DATA,
        RUN_DIRECTORY,
        CLUSTER
    }

    static Finding fine(String subject, Area area, String format, Object... arguments) {
        return new Finding(subject, Level.FINE, area, Text.of(format, arguments));
    }

    static Finding warning(String subject, Area area, String format, Object... arguments) {
        return new Finding(subject, Level.WARNING, area, Text.of(format, arguments));
    }

    static Finding refusal(String subject, Area area, String format, Object... arguments) {
        return new Finding(subject, Level.REFUSAL, area, Text.of(format, arguments));
    }
}
