package io.dcd.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launchers of commands. */
class LauncherIT {
    private static final Path DCD = Scripts.MODULE.resolve("bin/dcd");
    private static final Path SUBMIT = Scripts.MODULE.resolve("bin/dcd-submit");

    @TempDir
    private Path temporary;

    @Test
    void runsThroughALinkFromAnyDirectory() throws Exception {
        Path elsewhere = Files.createDirectory(temporary.resolve("some where"));
        Path link = Files.createSymbolicLink(elsewhere.resolve("a link"), DCD);
        Scripts.Outcome help = Scripts.run(elsewhere, link, "--help");
        assertThat(help.exitCode()).as(help.errors()).isZero();
        assertThat(help.output()).startsWith("Usage: dcd");
        assertThat(help.errors()).as("the jars are fresh").doesNotContain("building");
    }

    @Test
    void passesOnTheExitCodeAndKeepsDataApartFromMessages() throws Exception {
        Scripts.Outcome wrong = Scripts.run(temporary, DCD, "no-such-command");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.output()).isEmpty();
        assertThat(wrong.errors()).contains("no-such-command");
    }

    @Test
    void whatSparkRefusesIsOneLine() throws Exception {
        Scripts.Outcome outcome = Scripts.run(temporary, DCD, "doctor", "--master", "local[x]");
        assertThat(outcome.exitCode()).isEqualTo(5);
        assertThat(outcome.errors().lines().filter(line -> !line.startsWith("WARNING: Using incubator modules")))
                .containsExactly("dcd doctor: Could not parse Master URL: 'local[x]'");
    }

    @Test
    void submitsTheSameCommands() throws Exception {
        Scripts.Outcome help =
                Scripts.run(withoutSpark(SUBMIT, "--master", "local[1]", "--driver-memory", "512m", "--help"));
        assertThat(help.exitCode()).as(help.errors()).isZero();
        assertThat(help.errors())
                .as("an option before the command is the script's")
                .contains("SPARK-SUBMIT OPTIONS");

        Scripts.Outcome wrong = Scripts.run(withoutSpark(SUBMIT, "--master", "local[1]", "no-such-command"));
        assertThat(wrong.exitCode()).as(wrong.errors()).isEqualTo(2);
        assertThat(wrong.errors()).contains("no-such-command");
    }

    @Test
    void aClusterMasterGoesThroughSparkSubmit() throws Exception {
        ProcessBuilder builder = withoutSpark(DCD, "no-such-command", "--master", "yarn");
        builder.environment().put("SPARK_HOME", temporary.toString());
        Scripts.Outcome outcome = Scripts.run(builder);
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.errors()).contains("dcd-submit: SPARK_HOME=" + temporary + " has no bin/spark-submit");
    }

    @Test
    void refusesAnotherSpark() throws Exception {
        Path bin = Files.createDirectories(temporary.resolve("bin"));
        assertThat(Files.createFile(bin.resolve("spark-submit")).toFile().setExecutable(true))
                .isTrue();
        ProcessBuilder builder = withoutSpark(SUBMIT, "describe");
        builder.environment().put("SPARK_HOME", temporary.toString());
        Scripts.Outcome outcome = Scripts.run(builder);
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.errors()).contains("this needs Spark 3.5 built for Scala 2.12");
    }

    private ProcessBuilder withoutSpark(Path script, String... arguments) {
        ProcessBuilder builder = Scripts.command(temporary, script, (Object[]) arguments);
        builder.environment().remove("SPARK_HOME");
        return builder;
    }
}
