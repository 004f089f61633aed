package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DcdTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void helpGoesToStandardOutputAndListsTheExitCodes() {
        assertThat(run("--help")).isEqualTo(0);
        assertThat(out.toString()).contains("Usage: dcd", "Exit codes:", "4   training produced numbers");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void everyCommandHasHelp() {
        for (CommandLine command : Dcd.commandLine().getSubcommands().values()) {
            assertThat(run(command.getCommandName(), "--help"))
                    .as(command.getCommandName())
                    .isEqualTo(0);
        }
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void unknownCommandIsAUsageErrorInOneLine() {
        assertThat(run("trian")).isEqualTo(2);
        assertThat(err.toString()).startsWith("dcd: ").contains("trian", "See 'dcd --help'");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void missingCommandIsAUsageError() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("a command is missing");
    }

    private int run(String... arguments) {
        return Dcd.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
