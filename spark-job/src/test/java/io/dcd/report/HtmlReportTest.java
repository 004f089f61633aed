package io.dcd.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.settings.SettingsLoader;
import io.dcd.train.RunDirectory;
import io.dcd.train.checkpoint.CheckpointException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class HtmlReportTest {
    @TempDir
    private Path directory;

    @Test
    void pageShowsFiguresCurvesAndWhatDiffers() throws Exception {
        RunRecord first = run("static<1>", "mobilenetv2-x0.5-static", 1000);
        RunRecord second = run("dcd", "mobilenetv2-x0.5-dcd", 3);
        String page = new HtmlReport(List.of(first, second)).html();
        assertThat(page)
                .contains("static&lt;1&gt;", "<td>network.name<td>mobilenetv2-x0.5-static<td>mobilenetv2-x0.5-dcd")
                .contains("<td class=\"number\">37.50", "Training loss")
                .doesNotContain("static<1>", "src=", "href=", "<td>training.epochs");
        Matcher charts = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL).matcher(page);
        int count = 0;
        while (charts.find()) {
            DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(charts.group())));
            count++;
        }
        assertThat(count).as("well-formed charts").isEqualTo(8);
        assertThat(page.length()).as("a thousand rounds are thinned").isLessThan(150_000);
    }

    @Test
    void pictureStandsAlone() throws Exception {
        String picture = new HtmlReport(List.of(run("a", "resnet18", 5), run("b", "resnet34", 5))).picture();
        var root = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(picture)))
                .getDocumentElement();
        assertThat(root.getAttribute("xmlns")).isEqualTo("http://www.w3.org/2000/svg");
        assertThat(root.getElementsByTagName("polyline").getLength())
                .as("two charts of two runs")
                .isEqualTo(4);
        assertThat(picture).contains("Validation top-1, %", "Training loss").doesNotContain("href");
    }

    @Test
    void outliersDoNotFlattenTheRest() throws IOException {
        Series curve = new Series("norm", new double[30], new double[30]);
        for (int i = 0; i < 30; i++) {
            curve.x()[i] = i;
            curve.y()[i] = 1 + i % 3;
        }
        curve.y()[0] = 500;
        assertThat(new LineChart("norm", "step", List.of(curve)).svg())
                .contains("1 higher points left out", ">8<")
                .doesNotContain(">500<");
    }

    @Test
    void legendOfManyRunsNamesEachWhole() {
        List<Series> runs = IntStream.range(0, 7)
                .mapToObj(
                        run -> new Series("mobilenetv2-x0.5-dcd-seed" + run, new double[] {0, 1}, new double[] {0, 1}))
                .toList();
        String svg = new LineChart("loss", "step", runs).svg();
        runs.forEach(run -> assertThat(svg).contains(">" + run.name() + "<"));
        assertThat(svg).as("three lines more than one").contains("viewBox=\"0 0 640 354\"");
    }

    @Test
    void constantCurveLiesInTheMiddleOfItsChart() {
        assertThat(chart(0.05, 0.05, 0.05)).contains("points=\"64.0,156.0 ").contains(">0.05<", ">0.06<");
        assertThat(chart(1e16, 1e16 + 2)).contains(">1.0e+16<");
        assertThat(chart(3)).as("one point").contains("points=\"344.0,156.0 \"");
    }

    @Test
    void readingsThatAreNotFiniteAreNoPoints() {
        assertThat(chart(1, Double.NaN, Double.POSITIVE_INFINITY, 2)).isEqualTo(chart(new double[] {0, 3}, 1, 2));
        assertThat(chart(Double.NaN)).contains("nothing recorded yet");
        assertThat(chart()).contains("nothing recorded yet");
    }

    private static String chart(double... y) {
        return chart(IntStream.range(0, y.length).asDoubleStream().toArray(), y);
    }

    private static String chart(double[] x, double... y) {
        return new LineChart("loss", "step", List.of(new Series("run", x, y))).svg();
    }

    @Test
    void runThatHasJustBegunHasAPageToo() throws IOException {
        assertThat(new HtmlReport(List.of(run("new", "resnet18", 0))).html()).contains("nothing recorded yet");
    }

    @Test
    void noRunIsNamed() {
        RunDirectory none = at("none");
        assertThatThrownBy(() -> RunRecord.of(none))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("there is no run in")
                .hasMessageContaining("none");
    }

    private RunRecord run(String name, String network, int rounds) throws IOException {
        Path run = Files.createDirectory(directory.resolve(name));
        Files.writeString(
                run.resolve("config.conf"),
                new SettingsLoader().value("network.name", network).load().render());
        StringBuilder lines = new StringBuilder();
        for (int round = 1; round <= rounds; round++) {
            lines.append(
                    ("{\"type\":\"round\",\"step\":%d,\"loss\":%f,\"learning_rate\":0.05,\"samples\":128,\"seconds\":2,"
                                    + "\"compute_seconds\":1.8,\"wait_seconds\":0.1,\"exchange_seconds\":0.1,\"gradient_norm\":1,"
                                    + "\"images_per_second\":64}\n")
                            .formatted(round, 4.6 / round));
        }
        if (rounds > 0) {
            lines.append(
                    "{\"type\":\"evaluation\",\"step\":%d,\"top1\":37.5,\"top5\":60,\"loss\":2}\n".formatted(rounds));
            lines.append("{\"type\":\"rou");
        }
        Files.writeString(run.resolve("metrics.jsonl"), lines);
        return RunRecord.of(at(name));
    }

    private RunDirectory at(String name) {
        return RunDirectory.at(
                new Configuration(),
                new org.apache.hadoop.fs.Path(directory.resolve(name).toUri()));
    }
}
