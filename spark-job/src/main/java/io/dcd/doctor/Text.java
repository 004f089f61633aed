package io.dcd.doctor;

import java.util.Locale;

/** Text of findings. */
final class Text {
    private static final double MEBIBYTE = 1 << 20;

    private Text() {}

    static String of(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    /** A size as people read it. */
    static String size(long bytes) {
        return bytes < 10 * MEBIBYTE ? of("%.1f MiB", bytes / MEBIBYTE) : of("%,.0f MiB", bytes / MEBIBYTE);
    }
}
