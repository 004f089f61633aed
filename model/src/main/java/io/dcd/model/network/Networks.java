package io.dcd.model.network;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The registry of networks. */
public final class Networks {
    /** base-line or base-line:options. */
    private static final Pattern NAME = Pattern.compile("([a-z0-9.-]+)-([a-z]+)(?::(.*))?");

    private static final Pattern MOBILENET = Pattern.compile("mobilenetv2-x(\\d+(?:\\.\\d+)?)");

    /** Widths of the paper's table 4, and the usual one between them; every other width is found by name too. */
    private static final List<Double> WIDTHS = List.of(0.35, 0.5, 0.75, 1.0);

    /** The widest MobileNetV2 that makes sense to build here; a bound on what a mistyped name allocates. */
    private static final double LARGEST_WIDTH = 4;

    private static final int SUGGESTIONS = 3;

    private Networks() {}

    /** The names of the registry. MobileNetV2 can be had at any other width too, and DCD with the {@link DcdOptions}. */
    public static List<String> names() {
        Stream<NetworkDefinition> mobile = WIDTHS.stream()
                .flatMap(width -> Stream.of(
                        MobileNetV2.fixed(width),
                        MobileNetV2.squeezeExcitation(width),
                        MobileNetV2.conditional(width),
                        MobileNetV2.dynamic(width),
                        MobileNetV2.dcd(width, DcdOptions.DEFAULT)));
        Stream<NetworkDefinition> residual = Arrays.stream(ResNet.Shape.values())
                .flatMap(shape -> Stream.of(
                        ResNet.fixed(shape),
                        ResNet.squeezeExcitation(shape),
                        ResNet.dynamic(shape),
                        ResNet.dcd(shape, DcdOptions.DEFAULT)));
        return Stream.concat(mobile, residual).map(NetworkDefinition::name).toList();
    }

    /**
     * The network {@code name}: a base, a line of the comparison and perhaps options, as in {@code resnet18-static} or
     * {@code mobilenetv2-x0.5-dcd:blocks=4}.
     *
     * @throws IllegalArgumentException if there is none, naming the nearest, or if an option cannot be
     */
    public static NetworkDefinition named(String name) {
        Matcher parts = NAME.matcher(name);
        if (!parts.matches()) {
            throw unknown(name);
        }
        String base = parts.group(1);
        String line = parts.group(2);
        Optional<String> options = Optional.ofNullable(parts.group(3));
        Optional<NetworkDefinition> network =
                switch (line) {
                    case "static" -> network(base, MobileNetV2::fixed, ResNet::fixed);
                    case "se" -> network(base, MobileNetV2::squeezeExcitation, ResNet::squeezeExcitation);
                    case "dyconv" -> network(base, MobileNetV2::dynamic, ResNet::dynamic);
                    case "condconv" -> width(base).map(MobileNetV2::conditional);
                    case "dcd" -> dcd(base, dcdOptions(name, options.orElse("")));
                    default -> Optional.empty();
                };
        if (network.isPresent() && options.isPresent() && !line.equals("dcd")) {
            throw new IllegalArgumentException("network %s: '%s' takes no options".formatted(name, line));
        }
        return network.orElseThrow(() -> unknown(name));
    }

    private static Optional<NetworkDefinition> dcd(String base, DcdOptions options) {
        return network(base, width -> MobileNetV2.dcd(width, options), shape -> ResNet.dcd(shape, options));
    }

    private static Optional<NetworkDefinition> network(
            String base, DoubleFunction<MobileNetV2> mobile, Function<ResNet.Shape, ResNet> residual) {
        return width(base).<NetworkDefinition>map(mobile::apply).or(() -> shape(base)
                .map(residual));
    }

    private static DcdOptions dcdOptions(String name, String options) {
        try {
            return DcdOptions.parse(options);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("network %s: %s".formatted(name, e.getMessage()), e);
        }
    }

    private static Optional<Double> width(String base) {
        Matcher matcher = MOBILENET.matcher(base);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        double width = Double.parseDouble(matcher.group(1));
        if (width <= 0 || width > LARGEST_WIDTH) {
            throw new IllegalArgumentException(
                    "network %s: the width must lie in 0 < width ≤ %s, got %s".formatted(base, LARGEST_WIDTH, width));
        }
        return Optional.of(width);
    }

    private static Optional<ResNet.Shape> shape(String base) {
        return Arrays.stream(ResNet.Shape.values())
                .filter(shape -> base.equals("resnet" + shape.depth()))
                .findFirst();
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
