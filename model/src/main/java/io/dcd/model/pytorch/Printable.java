package io.dcd.model.pytorch;

/** Names from a foreign file as a message may show them: short, and without characters that a terminal would obey. */
final class Printable {
    private static final int LONGEST = 120;

    private Printable() {}

    /** A string or number of the file; of anything else only its kind, for it may be without end when written out. */
    static String of(Object value) {
        if (!(value instanceof String || value instanceof Number)) {
            return value == null ? "None" : "a value of another type";
        }
        String text = value.toString();
        String start = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
        return start.replaceAll("\\P{Print}", "?");
    }
}
