package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DemoCommandTest {
    @TempDir
    private Path temporary;

    private Path output;
    private StringWriter out;
    private StringWriter err;

    @BeforeEach
    void chooseOutput() {
        output = temporary.resolve("demo");
    }

    @Test
    void runsEveryStepOnceAndEndsWithATable() {
        assertThat(run("--images", "20", "--epochs", "1"))
                .as(() -> err.toString())
                .isZero();
        assertThat(err.toString())
                .contains(
                        "drawing 700 images of 10 classes",
                        "$ dcd prep --source " + output.resolve("archives"),
                        "$ dcd train --network mobilenetv2-x0.5-static",
                        "$ dcd evaluate --run " + output.resolve("runs/mobilenetv2-x0.5-dcd"));
        String table = out.toString();
        assertThat(table)
                .containsPattern("mobilenetv2-x0.5-static +700,490 ")
                .containsPattern("mobilenetv2-x0.5-dcd +1,725,066 ")
                .containsPattern("chance +10.0 % +50.0 %");
        assertThat(output.resolve("runs/mobilenetv2-x0.5-dcd/summary.json")).exists();

        assertThat(run("--images", "20", "--epochs", "1")).isZero();
        assertThat(out.toString()).as("the same runs, read again").isEqualTo(table);
        assertThat(err.toString()).doesNotContain("drawing", "dcd prep");

        assertThat(run("--images", "30", "--epochs", "1")).isEqualTo(ExitCode.DATA.code());
        assertThat(err.toString()).contains("was left by a demo with 20 training and 50 validation images");
    }

    @Test
    void refusesToDrawForNothing() {
        assertThat(run("--epochs", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--images and --epochs must be at least 1");
        assertThat(output).doesNotExist();
    }

    @Test
    void touchesNoDirectoryOfOthers() throws Exception {
        Files.createDirectories(output);
        Files.writeString(output.resolve("thesis.txt"), "precious");
        assertThat(run("--images", "20")).isEqualTo(ExitCode.DATA.code());
        assertThat(err.toString()).contains("already holds something else (thesis.txt)");
        assertThat(output).isDirectoryContaining(file -> file.endsWith("thesis.txt"));
        assertThat(output.toFile().list()).hasSize(1);
    }

    private int run(String... options) {
        out = new StringWriter();
        err = new StringWriter();
        CommandLine command = Dcd.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        String[] arguments = new String[options.length + 3];
        arguments[0] = "demo";
        arguments[1] = "--output";
        arguments[2] = output.toString();
        System.arraycopy(options, 0, arguments, 3, options.length);
        return command.execute(arguments);
    }
}
