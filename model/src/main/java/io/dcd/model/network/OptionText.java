package io.dcd.model.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The options behind the colon of a network's name, {@code key=value,key=value}. What is not as it should be is refused
 * with an {@link IllegalArgumentException} that names the option, the value and what may stand there.
 */
final class OptionText {
    private final Map<String, String> values;

    private OptionText(Map<String, String> values) {
        this.values = values;
    }

    /** Reads {@code text}, which may have the options {@code known}, each once. */
    static OptionText parse(String text, List<NetworkOption> known) {
        Map<String, String> values = new LinkedHashMap<>();
        List<String> keys = known.stream().map(NetworkOption::key).toList();
        for (String assignment : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            String[] parts = assignment.split("=", -1);
            check(parts.length == 2, "'%s' is not of the form option=value", assignment);
            check(!keys.isEmpty(), "there are no options, but '%s' is given", parts[0]);
            check(keys.contains(parts[0]), "unknown option '%s'; there are %s", parts[0], String.join(", ", keys));
            check(values.put(parts[0], parts[1]) == null, "option '%s' is given twice", parts[0]);
        }
        return new OptionText(values);
    }

    /** The value of {@code key}. */
    Optional<String> text(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** The value of {@code key} as {@code true} or {@code false}. */
    boolean truth(String key, boolean usual) {
        return text(key)
                .map(value -> {
                    check(
                            value.equals("true") || value.equals("false"),
                            "%s must be true or false, got '%s'",
                            key,
                            value);
                    return Boolean.valueOf(value);
                })
                .orElse(usual);
    }

    /** The value of {@code key} as a whole number of at least {@code least} and at most {@code most}. */
    OptionalInt integer(String key, int least, int most) {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        int value;
        try {
            value = Integer.parseInt(text.get());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("%s must be a whole number, got '%s'".formatted(key, text.get()), e);
        }
        check(value >= least && value <= most, "%s must lie in %d … %d, got %d", key, least, most, value);
        return OptionalInt.of(value);
    }

    /** The value of {@code key} as a number. */
    double number(String key, double usual) {
        try {
            return text(key).map(Double::parseDouble).orElse(usual);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "%s must be a number, got '%s'".formatted(key, text(key).orElse("")), e);
        }
    }

    /** The value of {@code key} as one of the constants of {@code type}, in small letters. */
    <E extends Enum<E>> E choice(String key, Class<E> type, E usual) {
        return text(key)
                .map(value -> one(key, value, List.of(type.getEnumConstants()), OptionText::lower))
                .orElse(usual);
    }

    /** The one of {@code all} whose name is {@code value}. */
    static <T> T one(String key, String value, List<T> all, Function<T, String> name) {
        return all.stream()
                .filter(each -> name.apply(each).equals(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("%s must be one of %s, got '%s'"
                        .formatted(key, all.stream().map(name).collect(Collectors.joining(", ")), value)));
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** The options among {@code values} that differ from the {@code usual} ones, as {@link #parse} reads them. */
    static String write(Map<String, String> values, Map<String, String> usual) {
        return values.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(usual.get(entry.getKey())))
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(","));
    }

    /** Refuses with a message that names the value and its bound. */
    static void check(boolean condition, String message, Object... arguments) {
        if (!condition) {
            throw new IllegalArgumentException(message.formatted(arguments));
        }
    }
}
