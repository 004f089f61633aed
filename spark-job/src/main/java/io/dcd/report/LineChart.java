package io.dcd.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Draws curves as SVG, with axes whose ticks are round numbers. */
final class LineChart {
    private static final int WIDTH = 640;
    /** With one line of legend. */
    private static final int HEIGHT = 300;

    private static final int LEFT = 64;
    private static final int RIGHT = 16;
    /** Above the curves, with one line of legend. */
    private static final int TOP = 52;

    private static final int BOTTOM = 40;
    /** Curves with no more points than this show each as a dot. */
    private static final int DOTTED_POINTS = 40;

    /** Of sorted values: what lies beyond three times this one is left out of the picture, so that the rest can be seen. */
    private static final double HIGH_QUANTILE = 0.95;

    private static final double OUTLIER_FACTOR = 3;

    /** What pages and pictures with charts need. */
    static final String STYLE = """
            svg { background: #fafafa } polyline { fill: none; stroke-width: 1.8; stroke-linejoin: round }
            text { font-family: system-ui, sans-serif; fill: #222 }
            .grid { stroke: #ddd } .tick { font-size: 12px; fill: #555 } .title { font-size: 15px; font-weight: 600 }
            """;

    /** A curve has no more points than this: the means of so many equal stretches of it. */
    private static final int MAXIMUM_POINTS = 400;

    /** Of a letter of a legend, about. */
    private static final int CHARACTER_WIDTH = 7;

    /** Of what a legend has beside the letters of a name. */
    private static final int KEY_WIDTH = 28;

    private static final int LEGEND_LINE = 18;

    /** Colours that people with any colour vision tell apart (Okabe and Ito 2008). */
    private static final List<String> COLOURS =
            List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000");

    private final String title;
    private final String xLabel;
    private final List<Series> series;
    private final Axis xAxis;
    private final Axis yAxis;
    /** How many names a line of the legend holds. */
    private final int legendColumns;

    private final int top;
    private final int height;
    /** How many points are above the picture. */
    private final long hidden;

    LineChart(String title, String xLabel, List<Series> series) {
        this.title = title;
        this.xLabel = xLabel;
        this.series =
                series.stream().map(Series::finite).map(LineChart::thinned).toList();
        double[] x = sorted(Series::x);
        double[] y = sorted(Series::y);
        double highest = highestShown(y);
        xAxis = x.length == 0 ? new Axis(0, 1) : Axis.covering(x[0], x[x.length - 1]);
        yAxis = y.length == 0 ? new Axis(0, 1) : Axis.covering(y[0] > 0 && y[0] < highest / 2 ? 0 : y[0], highest);
        hidden = Arrays.stream(y).filter(value -> value > highest).count();
        int longest =
                series.stream().mapToInt(each -> each.name().length()).max().orElse(0);
        int fitting = (WIDTH - LEFT - RIGHT) / (KEY_WIDTH + longest * CHARACTER_WIDTH);
        legendColumns = Math.max(1, Math.min(series.size(), fitting));
        int moreLines = Math.max(0, (series.size() - 1) / legendColumns);
        top = TOP + moreLines * LEGEND_LINE;
        height = HEIGHT + moreLines * LEGEND_LINE;
    }

    private double[] sorted(Function<Series, double[]> coordinate) {
        return series.stream()
                .map(coordinate)
                .flatMapToDouble(Arrays::stream)
                .sorted()
                .toArray();
    }

    private static double highestShown(double[] sorted) {
        if (sorted.length == 0) {
            return 1;
        }
        double highest = sorted[sorted.length - 1];
        double bound = OUTLIER_FACTOR * sorted[(int) (HIGH_QUANTILE * (sorted.length - 1))];
        return bound > 0 ? Math.min(bound, highest) : highest;
    }

    /** The chart, or a sentence if there is nothing to draw. */
    String svg() {
        return series.stream().allMatch(each -> each.x().length == 0)
                ? "<p>" + Html.escape(title) + ": nothing recorded yet.</p>\n"
                : "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n"
                                .formatted(WIDTH, height, Html.escape(title))
                        + content();
    }

    /** Charts side by side, as a picture of its own. */
    static String picture(List<LineChart> charts) {
        int height = charts.stream().mapToInt(chart -> chart.height).max().orElse(HEIGHT);
        StringBuilder svg = new StringBuilder();
        append(
                svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\">\n<style>\n%s</style>\n",
                WIDTH * charts.size(),
                height,
                STYLE);
        for (int i = 0; i < charts.size(); i++) {
            append(svg, "<svg x=\"%d\" width=\"%d\" height=\"%d\">\n", i * WIDTH, WIDTH, height);
            append(svg, "<rect width=\"%d\" height=\"%d\" fill=\"#fafafa\"/>\n", WIDTH, height);
            svg.append(charts.get(i).content());
        }
        return svg.append("</svg>\n").toString();
    }

    /** What stands inside the element, and its end. */
    private String content() {
        StringBuilder svg = new StringBuilder();
        append(svg, "<text x=\"%d\" y=\"20\" class=\"title\">%s</text>\n", LEFT, Html.escape(title));
        if (hidden > 0) {
            append(
                    svg,
                    "<text class=\"tick\" text-anchor=\"end\" x=\"%d\" y=\"20\">%d higher points left out</text>\n",
                    WIDTH - RIGHT,
                    hidden);
        }
        axes(svg);
        for (int i = 0; i < series.size(); i++) {
            curve(svg, series.get(i), COLOURS.get(i % COLOURS.size()));
        }
        legend(svg);
        return svg.append("</svg>\n").toString();
    }

    private void axes(StringBuilder svg) {
        for (double y : yAxis.ticks()) {
            append(
                    svg,
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                            + "<text class=\"tick\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s</text>\n",
                    LEFT,
                    WIDTH - RIGHT,
                    pixelY(y),
                    pixelY(y),
                    LEFT - 6,
                    pixelY(y) + 4,
                    number(y));
        }
        for (double x : xAxis.ticks()) {
            append(
                    svg,
                    "<text class=\"tick\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>\n",
                    pixelX(x),
                    height - BOTTOM + 16,
                    number(x));
        }
        append(
                svg,
                "<text class=\"tick\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">%s</text>\n",
                (LEFT + WIDTH - RIGHT) / 2,
                height - 6,
                Html.escape(xLabel));
    }

    private void curve(StringBuilder svg, Series curve, String colour) {
        append(svg, "<polyline stroke=\"%s\" points=\"", colour);
        for (int i = 0; i < curve.x().length; i++) {
            append(svg, "%.1f,%.1f ", pixelX(curve.x()[i]), pixelY(curve.y()[i]));
        }
        svg.append("\"/>\n");
        for (int i = 0; curve.x().length <= DOTTED_POINTS && i < curve.x().length; i++) {
            append(
                    svg,
                    "<circle r=\"2.5\" fill=\"%s\" cx=\"%.1f\" cy=\"%.1f\"/>\n",
                    colour,
                    pixelX(curve.x()[i]),
                    pixelY(curve.y()[i]));
        }
    }

    /** Between title and curves, where it hides none of them. */
    private void legend(StringBuilder svg) {
        int width = (WIDTH - LEFT - RIGHT) / legendColumns;
        for (int i = 0; series.size() > 1 && i < series.size(); i++) {
            int x = LEFT + i % legendColumns * width;
            int y = i / legendColumns * LEGEND_LINE;
            append(
                    svg,
                    "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"4\" fill=\"%s\"/><text class=\"tick\" x=\"%d\" y=\"%d\">%s</text>\n",
                    x,
                    y + 33,
                    COLOURS.get(i % COLOURS.size()),
                    x + 20,
                    y + 39,
                    Html.escape(shortened(series.get(i).name(), (width - KEY_WIDTH) / CHARACTER_WIDTH)));
        }
    }

    /** As much of a name as fits; its end tells runs apart more often than its beginning. */
    private static String shortened(String name, int characters) {
        return name.length() <= characters ? name : "…" + name.substring(name.length() - Math.max(1, characters - 1));
    }

    private double pixelX(double x) {
        return LEFT + xAxis.part(x) * (WIDTH - LEFT - RIGHT);
    }

    private double pixelY(double y) {
        return height - BOTTOM - yAxis.part(Math.min(y, yAxis.high())) * (height - top - BOTTOM);
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.6g", Math.abs(value) < 1e-12 ? 0.0 : value);
        if (text.contains("e")) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
    }

    private static Series thinned(Series full) {
        int points = full.x().length;
        if (points <= MAXIMUM_POINTS) {
            return full;
        }
        double[] x = new double[MAXIMUM_POINTS];
        double[] y = new double[MAXIMUM_POINTS];
        for (int i = 0; i < MAXIMUM_POINTS; i++) {
            int begin = (int) ((long) i * points / MAXIMUM_POINTS);
            int end = (int) ((long) (i + 1) * points / MAXIMUM_POINTS);
            for (int j = begin; j < end; j++) {
                x[i] += full.x()[j] / (end - begin);
                y[i] += full.y()[j] / (end - begin);
            }
        }
        return new Series(full.name(), x, y);
    }

    private static void append(StringBuilder svg, String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments));
    }
}
