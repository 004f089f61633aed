package io.dcd.report;

import java.util.List;
import java.util.Locale;

/** Draws curves as SVG, with axes whose ticks are round numbers. */
final class LineChart {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 300;
    private static final int LEFT = 64;
    private static final int RIGHT = 16;
    private static final int TOP = 34;
    private static final int BOTTOM = 40;
    private static final int TICKS = 5;
    /** A curve has no more points than this: the means of so many equal stretches of it. */
    private static final int MAXIMUM_POINTS = 400;

    /** Colours that people with any colour vision tell apart (Okabe and Ito 2008). */
    private static final List<String> COLOURS =
            List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000");

    private final String title;
    private final String xLabel;
    private final List<Series> series;
    private double xLow = Double.POSITIVE_INFINITY;
    private double xHigh = Double.NEGATIVE_INFINITY;
    private double yLow = Double.POSITIVE_INFINITY;
    private double yHigh = Double.NEGATIVE_INFINITY;

    LineChart(String title, String xLabel, List<Series> series) {
        this.title = title;
        this.xLabel = xLabel;
        this.series = series.stream()
                .filter(each -> each.x().length > 0)
                .map(LineChart::thinned)
                .toList();
        for (Series each : this.series) {
            for (int i = 0; i < each.x().length; i++) {
                xLow = Math.min(xLow, each.x()[i]);
                xHigh = Math.max(xHigh, each.x()[i]);
                yLow = Math.min(yLow, each.y()[i]);
                yHigh = Math.max(yHigh, each.y()[i]);
            }
        }
        if (yLow > 0 && yLow < yHigh / 2) {
            yLow = 0;
        }
    }

    /** The chart, or a sentence if there is nothing to draw. */
    String svg() {
        if (series.isEmpty()) {
            return "<p>" + Html.escape(title) + ": nothing recorded yet.</p>\n";
        }
        StringBuilder svg = new StringBuilder();
        append(svg, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", WIDTH, HEIGHT, Html.escape(title));
        append(svg, "<text x=\"%d\" y=\"18\" class=\"title\">%s</text>\n", LEFT, Html.escape(title));
        axes(svg);
        for (int i = 0; i < series.size(); i++) {
            curve(svg, series.get(i), COLOURS.get(i % COLOURS.size()));
        }
        legend(svg);
        return svg.append("</svg>\n").toString();
    }

    private void axes(StringBuilder svg) {
        double yStep = roundStep(yHigh - yLow);
        for (double y = Math.ceil(yLow / yStep) * yStep; y <= yHigh + yStep * 1e-9; y += yStep) {
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
        double xStep = roundStep(xHigh - xLow);
        for (double x = Math.ceil(xLow / xStep) * xStep; x <= xHigh + xStep * 1e-9; x += xStep) {
            append(
                    svg,
                    "<text class=\"tick\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>\n",
                    pixelX(x),
                    HEIGHT - BOTTOM + 16,
                    number(x));
        }
        append(
                svg,
                "<text class=\"tick\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">%s</text>\n",
                (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 6,
                Html.escape(xLabel));
    }

    private void curve(StringBuilder svg, Series curve, String colour) {
        append(svg, "<polyline stroke=\"%s\" points=\"", colour);
        for (int i = 0; i < curve.x().length; i++) {
            append(svg, "%.1f,%.1f ", pixelX(curve.x()[i]), pixelY(curve.y()[i]));
        }
        svg.append("\"/>\n");
    }

    private void legend(StringBuilder svg) {
        for (int i = 0; series.size() > 1 && i < series.size(); i++) {
            append(
                    svg,
                    "<text class=\"tick\" text-anchor=\"end\" fill=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n",
                    COLOURS.get(i % COLOURS.size()),
                    WIDTH - RIGHT - 4,
                    TOP + 12 + 14 * i,
                    Html.escape(series.get(i).name()));
        }
    }

    private double pixelX(double x) {
        double span = xHigh > xLow ? xHigh - xLow : 1;
        return LEFT + (x - xLow) / span * (WIDTH - LEFT - RIGHT);
    }

    private double pixelY(double y) {
        double span = yHigh > yLow ? yHigh - yLow : 1;
        return HEIGHT - BOTTOM - (y - yLow) / span * (HEIGHT - TOP - BOTTOM);
    }

    /** 1, 2 or 5 times a power of ten, so that about {@link #TICKS} ticks cover {@code span}. */
    private static double roundStep(double span) {
        double raw = span > 0 ? span / TICKS : 1;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double leading = raw / power;
        return power * (leading < 1.5 ? 1 : leading < 3.5 ? 2 : leading < 7.5 ? 5 : 10);
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
