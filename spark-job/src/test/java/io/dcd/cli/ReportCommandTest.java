package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code dcd report} of a run that was really trained; what its pages show, HtmlReportTest checks. */
@ExtendWith(SmallRun.Resolver.class)
class ReportCommandTest {
    private final CommandRunner dcd = new CommandRunner();
    private final String run;

    @TempDir
    private Path directory;

    ReportCommandTest(SmallRun small) {
        run = small.run().toString();
    }

    @Test
    void writesPageAndPictureAndNamesThem() throws IOException {
        Path page = directory.resolve("runs.html");
        Path picture = directory.resolve("curves.svg");
        Files.writeString(page, "an older one");
        assertThat(dcd.run("report", run, "--output=" + page, "--picture=" + picture))
                .as(dcd.err())
                .isEqualTo(0);
        assertThat(dcd.out()).isEqualTo("%s%n%s%n".formatted(page, picture));
        assertThat(page)
                .content()
                .startsWith("<!doctype html>")
                .contains("mobilenetv2-x0.35-static", "Training loss", "steps-per-round=2")
                .doesNotContain("NaN");
        assertThat(picture).content().startsWith("<svg xmlns=").contains("Validation top-1, %");
        assertThat(directory).isDirectoryNotContaining("glob:**_unfinished*");
    }

    @Test
    void runsOfOneNameAreToldApartByTheirPaths() throws IOException {
        Path other = SmallRun.copy(
                Path.of(run), Files.createDirectory(directory.resolve("other")).resolve("run"));
        Path page = directory.resolve("runs.html");
        assertThat(dcd.run("report", run, other.toString(), "--output=" + page))
                .as(dcd.err())
                .isEqualTo(0);
        assertThat(page).content().contains("<td>" + run, "<td>" + other);
    }

    @Test
    void mistakesAreNamedAndWriteNothing() {
        Path page = directory.resolve("runs.html");
        assertThat(dcd.run("report", directory.resolve("none").toString(), "--output=" + page))
                .isEqualTo(6);
        assertThat(dcd.err()).contains("there is no run in").hasLineCount(1);
        assertThat(dcd.run("report", run, "--output=" + directory.resolve("missing/x.html")))
                .isEqualTo(2);
        assertThat(dcd.err()).contains("--output", "there is no directory").hasLineCount(1);
        assertThat(dcd.run("report", run, "--output=" + page, "--picture=" + directory))
                .isEqualTo(2);
        assertThat(dcd.err()).contains("--picture", "that is a directory").hasLineCount(1);
        assertThat(dcd.run("report")).isEqualTo(2);
        assertThat(dcd.err()).contains("Missing required parameter: 'RUN'");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aFullDiskIsOneLine() {
        assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full here");
        assertThat(dcd.run("report", run, "--output=/dev/full")).isEqualTo(ExitCode.DATA.code());
        assertThat(dcd.err())
                .startsWith("dcd report: --output /dev/full cannot be written: ")
                .hasLineCount(1);
        assertThat(dcd.out()).isEmpty();
    }
}
