package io.dcd.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import io.dcd.settings.PlainHocon;
import io.dcd.train.checkpoint.CheckpointException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/** One self-contained page about one run or several: figures, curves, settings and what differs between them. */
public final class HtmlReport {
    private static final String STYLE = """
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 1360px; margin: 2em auto; padding: 0 1em; color: #222 }
            table { border-collapse: collapse; margin: 1em 0 } td, th { padding: .2em .8em; border-bottom: 1px solid #ddd }
            th { text-align: left } td.number { text-align: right; font-variant-numeric: tabular-nums }
            .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(520px, 1fr)); gap: 1em }
            .charts svg { width: 100% }
            pre { background: #fafafa; padding: 1em; overflow: auto }
            """;

    private final List<RunRecord> runs;

    public HtmlReport(List<RunRecord> runs) {
        this.runs = List.copyOf(runs);
    }

    /** The page. */
    public String html() {
        StringBuilder page = new StringBuilder("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n");
        page.append("<title>Training runs</title>\n<style>\n")
                .append(STYLE)
                .append(LineChart.STYLE)
                .append("</style>\n<h1>Training runs</h1>\n");
        figures(page);
        page.append("<div class=\"charts\">\n");
        page.append(top1().svg());
        page.append(trainingLoss().svg());
        page.append(chart("Validation loss", run -> run.evaluations("loss")));
        page.append(chart("Learning rate", run -> run.rounds("learning_rate")));
        page.append(chart("Images per second", run -> run.rounds("images_per_second")));
        page.append(chart("Largest gradient norm of a round", run -> run.rounds("gradient_norm")));
        for (RunRecord run : runs) {
            List<Series> parts = Stream.of("compute", "wait", "exchange")
                    .map(part -> RunRecord.series(part, run.rounds(), part + "_seconds"))
                    .toList();
            page.append(new LineChart("Seconds of a round: " + run.name(), "step", parts).svg());
        }
        page.append("</div>\n");
        differences(page);
        for (RunRecord run : runs) {
            page.append("<details><summary>Settings of ")
                    .append(Html.escape(run.name()))
                    .append("</summary><pre>")
                    .append(Html.escape(run.settings()))
                    .append("</pre></details>\n");
        }
        return page.append("</html>\n").toString();
    }

    /**
     * The learning curves, validation top-1 and training loss, as an SVG picture of its own.
     *
     * @throws CheckpointException if no run was evaluated yet
     */
    public String picture() {
        if (runs.stream().allMatch(run -> run.evaluations().isEmpty())) {
            throw new CheckpointException("no run was evaluated yet; let one reach the end of an epoch");
        }
        return LineChart.picture(List.of(top1(), trainingLoss()));
    }

    private LineChart top1() {
        return lineChart("Validation top-1, %", run -> run.evaluations("top1"));
    }

    private LineChart trainingLoss() {
        return lineChart("Training loss", run -> run.rounds("loss"));
    }

    private String chart(String title, Function<RunRecord, Series> curve) {
        return lineChart(title, curve).svg();
    }

    private LineChart lineChart(String title, Function<RunRecord, Series> curve) {
        return new LineChart(title, "step", runs.stream().map(curve).toList());
    }

    private void figures(StringBuilder page) {
        page.append("<table><tr><th>run<th>network<th>steps<th>images trained on<th>images/s, mean"
                + "<th>waiting for images<th>exchange<th>top-1, %<th>top-5, %</tr>\n");
        for (RunRecord run : runs) {
            double seconds = sum(run.rounds(), "seconds");
            double busy = sum(run.rounds(), "compute_seconds") + sum(run.rounds(), "wait_seconds");
            double samples = sum(run.rounds(), "samples");
            page.append("<tr><td>").append(Html.escape(run.name()));
            page.append("<td>").append(Html.escape(config(run).getString("network.name")));
            number(page, "%,.0f", last(run.rounds(), "step"));
            number(page, "%,.0f", samples);
            number(page, "%,.1f", seconds > 0 ? samples / seconds : 0);
            number(page, "%.1f %%", busy > 0 ? 100 * sum(run.rounds(), "wait_seconds") / busy : 0);
            number(page, "%.1f %%", seconds > 0 ? 100 * sum(run.rounds(), "exchange_seconds") / seconds : 0);
            number(page, "%.2f", last(run.evaluations(), "top1"));
            number(page, "%.2f", last(run.evaluations(), "top5"));
            page.append("</tr>\n");
        }
        page.append("</table>\n");
    }

    private void differences(StringBuilder page) {
        TreeSet<String> keys = new TreeSet<>();
        runs.forEach(run -> config(run).entrySet().forEach(entry -> keys.add(entry.getKey())));
        keys.removeIf(
                key -> runs.stream().map(run -> value(run, key)).distinct().count() < 2);
        if (keys.isEmpty()) {
            return;
        }
        page.append("<h2>What differs</h2>\n<table><tr><th>setting");
        runs.forEach(run -> page.append("<th>").append(Html.escape(run.name())));
        page.append("</tr>\n");
        for (String key : keys) {
            page.append("<tr><td>").append(Html.escape(key));
            runs.forEach(run -> page.append("<td>").append(Html.escape(value(run, key))));
            page.append("</tr>\n");
        }
        page.append("</table>\n");
    }

    private static Config config(RunRecord run) {
        return PlainHocon.parse(run.settings(), "the settings of " + run.name());
    }

    private static String value(RunRecord run, String key) {
        Config config = config(run);
        return config.hasPath(key) ? Objects.toString(config.getAnyRef(key)) : "";
    }

    private static void number(StringBuilder page, String format, double value) {
        page.append("<td class=\"number\">").append(String.format(Locale.ROOT, format, value));
    }

    private static double sum(List<JsonNode> lines, String reading) {
        return lines.stream().mapToDouble(line -> line.path(reading).asDouble()).sum();
    }

    private static double last(List<JsonNode> lines, String reading) {
        return lines.isEmpty()
                ? Double.NaN
                : lines.get(lines.size() - 1).path(reading).asDouble();
    }
}
