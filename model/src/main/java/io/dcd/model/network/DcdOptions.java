package io.dcd.model.network;

import io.dcd.model.layer.LatentForm;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/**
 * The paper's ablations. A name carries them behind a colon: {@code mobilenetv2-x0.5-dcd:attention=false,blocks=4}.
 *
 * @param places where the network is dynamic; the network's own choice if empty
 * @param attention Λ(x), option {@code attention}
 * @param fusion Φ(x), option {@code fusion}
 * @param blocks B, option {@code blocks}; a layer whose L it does not divide takes their greatest common divisor
 * @param rule for L, option {@code latent}
 * @param multiplier on L, option {@code multiplier}
 * @param form of the latent path, option {@code form}
 * @param reduction r of the branch's first layer, option {@code reduction}; the network's own if empty
 * @param pooling p of the branch's input, option {@code pooling}; the network's own if empty
 */
public record DcdOptions(
        Optional<Set<Place>> places,
        boolean attention,
        boolean fusion,
        int blocks,
        LatentRule rule,
        double multiplier,
        LatentForm form,
        OptionalInt reduction,
        OptionalInt pooling) {
    /** The paper's choices. */
    public static final DcdOptions DEFAULT = new DcdOptions(
            Optional.empty(),
            true,
            true,
            1,
            LatentRule.REFERENCE,
            1,
            LatentForm.REFERENCE,
            OptionalInt.empty(),
            OptionalInt.empty());

    public DcdOptions {
        check(attention || fusion, "attention and fusion cannot both be false");
        check(blocks >= 1, "blocks must be at least 1, got %d", blocks);
        check(multiplier > 0 && multiplier <= 1, "multiplier must lie in 0 < multiplier ≤ 1, got %s", multiplier);
        check(reduction.isEmpty() || reduction.getAsInt() >= 1, "reduction must be at least 1, got %s", reduction);
        check(
                pooling.isEmpty() || pooling.getAsInt() == 1 || pooling.getAsInt() == 2,
                "pooling must be 1 or 2, got %s",
                pooling);
        check(places.isEmpty() || !places.get().isEmpty(), "places must not be empty");
        places = places.map(set -> Collections.unmodifiableSet(EnumSet.copyOf(set)));
    }

    /**
     * Reads {@code key=value,key=value}.
     *
     * @throws IllegalArgumentException naming the option that is unknown or has a value that cannot be
     */
    static DcdOptions parse(String text) {
        DcdOptions options = DEFAULT;
        for (String assignment : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            String[] parts = assignment.split("=", -1);
            check(parts.length == 2, "'%s' is not of the form option=value", assignment);
            options = options.with(parts[0], parts[1]);
        }
        return options;
    }

    private DcdOptions with(String key, String value) {
        return switch (key) {
            case "places" ->
                new DcdOptions(
                        Optional.of(places(value)),
                        attention,
                        fusion,
                        blocks,
                        rule,
                        multiplier,
                        form,
                        reduction,
                        pooling);
            case "attention" ->
                new DcdOptions(places, truth(key, value), fusion, blocks, rule, multiplier, form, reduction, pooling);
            case "fusion" ->
                new DcdOptions(
                        places, attention, truth(key, value), blocks, rule, multiplier, form, reduction, pooling);
            case "blocks" ->
                new DcdOptions(
                        places, attention, fusion, integer(key, value), rule, multiplier, form, reduction, pooling);
            case "latent" ->
                new DcdOptions(
                        places,
                        attention,
                        fusion,
                        blocks,
                        choice(LatentRule.class, key, value),
                        multiplier,
                        form,
                        reduction,
                        pooling);
            case "multiplier" ->
                new DcdOptions(places, attention, fusion, blocks, rule, number(key, value), form, reduction, pooling);
            case "form" ->
                new DcdOptions(
                        places,
                        attention,
                        fusion,
                        blocks,
                        rule,
                        multiplier,
                        choice(LatentForm.class, key, value),
                        reduction,
                        pooling);
            case "reduction" ->
                new DcdOptions(
                        places,
                        attention,
                        fusion,
                        blocks,
                        rule,
                        multiplier,
                        form,
                        OptionalInt.of(integer(key, value)),
                        pooling);
            case "pooling" ->
                new DcdOptions(
                        places,
                        attention,
                        fusion,
                        blocks,
                        rule,
                        multiplier,
                        form,
                        reduction,
                        OptionalInt.of(integer(key, value)));
            default ->
                throw new IllegalArgumentException(
                        "unknown option '%s'; there are places, attention, fusion, blocks, latent, multiplier, form, reduction and pooling"
                                .formatted(key));
        };
    }

    /** The options that differ from the paper's, as {@link #parse} reads them; empty if none does. */
    @Override
    public String toString() {
        StringJoiner joiner = new StringJoiner(",");
        places.ifPresent(set ->
                joiner.add("places=" + set.stream().map(Place::abbreviation).collect(Collectors.joining("+"))));
        add(joiner, "attention", attention, DEFAULT.attention);
        add(joiner, "fusion", fusion, DEFAULT.fusion);
        add(joiner, "blocks", blocks, DEFAULT.blocks);
        add(joiner, "latent", lower(rule), lower(DEFAULT.rule));
        add(joiner, "multiplier", multiplier, DEFAULT.multiplier);
        add(joiner, "form", lower(form), lower(DEFAULT.form));
        reduction.ifPresent(value -> joiner.add("reduction=" + value));
        pooling.ifPresent(value -> joiner.add("pooling=" + value));
        return joiner.toString();
    }

    private static void add(StringJoiner joiner, String key, Object value, Object usual) {
        if (!value.equals(usual)) {
            joiner.add(key + "=" + value);
        }
    }

    private static Set<Place> places(String value) {
        EnumSet<Place> set = EnumSet.noneOf(Place.class);
        for (String each : value.split("\\+", -1)) {
            set.add(Arrays.stream(Place.values())
                    .filter(place -> place.abbreviation().equals(each))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "places must be some of pw and cls, joined by +, got '%s'".formatted(value))));
        }
        return set;
    }

    private static boolean truth(String key, String value) {
        check(value.equals("true") || value.equals("false"), "%s must be true or false, got '%s'", key, value);
        return Boolean.parseBoolean(value);
    }

    private static int integer(String key, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("%s must be a whole number, got '%s'".formatted(key, value), e);
        }
    }

    private static double number(String key, String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("%s must be a number, got '%s'".formatted(key, value), e);
        }
    }

    private static <E extends Enum<E>> E choice(Class<E> type, String key, String value) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> lower(constant).equals(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("%s must be one of %s, got '%s'"
                        .formatted(
                                key,
                                Arrays.stream(type.getEnumConstants())
                                        .map(DcdOptions::lower)
                                        .collect(Collectors.joining(", ")),
                                value)));
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static void check(boolean condition, String message, Object... arguments) {
        if (!condition) {
            throw new IllegalArgumentException(message.formatted(arguments));
        }
    }
}
