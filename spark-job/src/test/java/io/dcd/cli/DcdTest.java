package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DcdTest {
    private final CommandRunner dcd = new CommandRunner();

    @Test
    void helpGoesToStandardOutputAndListsTheExitCodes() {
        assertThat(dcd.run("--help")).isEqualTo(0);
        assertThat(dcd.out()).contains("Usage: dcd", "Exit codes:", "4   training produced numbers");
        assertThat(dcd.err()).isEmpty();
    }

    @Test
    void everyCommandHasHelp() {
        for (CommandLine command : Dcd.commandLine().getSubcommands().values()) {
            assertThat(dcd.run(command.getCommandName(), "--help"))
                    .as(command.getCommandName())
                    .isEqualTo(0);
            assertThat(dcd.err()).isEmpty();
        }
    }

    @Test
    void unknownCommandIsAUsageErrorInOneLine() {
        assertThat(dcd.run("trian")).isEqualTo(2);
        assertThat(dcd.err()).startsWith("dcd: ").contains("trian", "See 'dcd --help'");
        assertThat(dcd.out()).isEmpty();
    }

    @Test
    void mistypedOptionIsNamedBeforeTheOneThatIsMissing() {
        assertThat(dcd.run("train", "--dat=/data", "--run=run")).isEqualTo(2);
        assertThat(dcd.err())
                .startsWith("dcd train: Unknown option: '--dat=/data'")
                .contains("--data");
    }

    @Test
    void missingCommandIsAUsageError() {
        assertThat(dcd.run()).isEqualTo(2);
        assertThat(dcd.err()).contains("a command is missing");
    }
}
