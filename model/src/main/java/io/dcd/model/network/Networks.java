package io.dcd.model.network;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The registry of networks. */
public final class Networks {
    private static final Pattern MOBILENET = Pattern.compile("mobilenetv2-x(\\d+(?:\\.\\d+)?)-(static|dcd)");

    /** Widths of the paper's table 4, and the usual one between them; every other width is found by name too. */
    private static final List<Double> WIDTHS = List.of(0.35, 0.5, 0.75, 1.0);

    /** The widest MobileNetV2 that makes sense to build here; a bound on what a mistyped name allocates. */
    private static final double LARGEST_WIDTH = 4;

    private static final int SUGGESTIONS = 3;

    private Networks() {}

    /** The names of the registry. MobileNetV2 can be had at any other width too. */
    public static List<String> names() {
        return WIDTHS.stream()
                .flatMap(width -> Stream.of(MobileNetV2.fixed(width), MobileNetV2.dcd(width)))
                .map(NetworkDefinition::name)
                .toList();
    }

    /**
     * The network {@code name}.
     *
     * @throws IllegalArgumentException if there is none, naming the nearest
     */
    public static NetworkDefinition named(String name) {
        return mobileNet(name).orElseThrow(() -> unknown(name));
    }

    private static Optional<NetworkDefinition> mobileNet(String name) {
        Matcher matcher = MOBILENET.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        double width = Double.parseDouble(matcher.group(1));
        if (width <= 0 || width > LARGEST_WIDTH) {
            throw new IllegalArgumentException(
                    "network %s: the width must lie in 0 < width ≤ %s, got %s".formatted(name, LARGEST_WIDTH, width));
        }
        return Optional.of(matcher.group(2).equals("dcd") ? MobileNetV2.dcd(width) : MobileNetV2.fixed(width));
    }

    private static IllegalArgumentException unknown(String name) {
        List<String> nearest = names().stream()
                .sorted(Comparator.comparingInt(candidate -> distance(name, candidate)))
                .limit(SUGGESTIONS)
                .toList();
        return new IllegalArgumentException(
                "unknown network '%s'; the nearest are %s".formatted(name, String.join(", ", nearest)));
    }

    /** The number of insertions, deletions and substitutions from {@code a} to {@code b} (Levenshtein 1966). */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        Arrays.setAll(previous, j -> j);
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(substitution, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
