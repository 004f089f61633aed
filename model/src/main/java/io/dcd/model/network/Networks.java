package io.dcd.model.network;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;

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

    /** A network before it is written in a line of the comparison. */
    private record Base(Conventions conventions, Function<Line, NetworkDefinition> in) {
        NetworkDefinition in(Lines line, String options) {
            return in.apply(line.line(options, conventions));
        }
    }

    private Networks() {}

    /** The names of the registry. MobileNetV2 can be had at any other width too, and most lines have options. */
    public static List<String> names() {
        return Stream.concat(
                        WIDTHS.stream().map(Networks::mobileNetV2),
                        Arrays.stream(ResNet.Shape.values()).map(Networks::resNet))
                .flatMap(base -> Arrays.stream(Lines.values())
                        .map(line -> base.in(line, "").name()))
                .toList();
    }

    /** The lines of the comparison, in each of which every network can be had. */
    public static List<NetworkLine> lines() {
        return Arrays.stream(Lines.values())
                .map(line -> new NetworkLine(line.key(), line.meaning(), line.options()))
                .toList();
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
        Base base = base(parts.group(1)).orElseThrow(() -> unknown(name));
        Lines line = Arrays.stream(Lines.values())
                .filter(candidate -> candidate.key().equals(parts.group(2)))
                .findFirst()
                .orElseThrow(() -> unknown(name));
        String options = parts.group(3);
        try {
            NetworkDefinition network = base.in(line, options == null ? "" : options);
            if (options != null) {
                // Whether an option suits every layer shows when the layers are made.
                network.configuration(NetworkOptions.imageNet());
            }
            return network;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("network %s: %s".formatted(name, e.getMessage()), e);
        }
    }

    /**
     * The name of the network {@code base} with the {@code options} of its line besides those that it has.
     *
     * @param base as {@link #named} reads it
     * @param options of the form {@code key=value}
     */
    public static String withOptions(String base, List<String> options) {
        if (options.isEmpty()) {
            return base;
        }
        String separator = base.contains(":") ? "," : ":";
        return named(base + separator + options.stream().collect(Collectors.joining(",")))
                .name();
    }

    /** The line of the comparison in which {@code name} is. */
    public static String lineOf(String name) {
        Matcher parts = NAME.matcher(name);
        return parts.matches() ? parts.group(2) : "";
    }

    private static Optional<Base> base(String name) {
        return width(name).map(Networks::mobileNetV2).or(() -> shape(name).map(Networks::resNet));
    }

    private static Base mobileNetV2(double width) {
        return new Base(MobileNetV2.conventions(width), line -> new MobileNetV2(width, line));
    }

    private static Base resNet(ResNet.Shape shape) {
        return new Base(ResNet.conventions(shape), line -> new ResNet(shape, line));
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
        LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
        List<String> nearest = names().stream()
                .sorted(Comparator.comparingInt(candidate -> distance.apply(name, candidate)))
                .limit(SUGGESTIONS)
                .toList();
        return new IllegalArgumentException(
                "unknown network '%s'; the nearest are %s".formatted(name, String.join(", ", nearest)));
    }
}
