package io.dcd.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command line. A command is one class in this package, a {@code Callable<Integer>} registered below; what it returns as data goes
 * to standard output, everything else to standard error. It fails by throwing: {@link ExitCode} tells the category.
 */
@Command(
        name = "dcd",
        description = "Trains and compares networks with Dynamic Convolution Decomposition on Apache Spark.",
        subcommands = {
            // One line a command, in the order in which a newcomer meets them.
            DemoCommand.class,
            PrepCommand.class,
            VerifyCommand.class,
            InspectCommand.class,
            DoctorCommand.class,
            TrainCommand.class,
            EvaluateCommand.class,
            ImportCommand.class,
            ExportCommand.class,
            ReportCommand.class,
            ScaleModelCommand.class,
            NetworksCommand.class,
            DescribeCommand.class,
            BenchCommand.class,
        })
public final class Dcd implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Print the stack trace of a failure.",
            order = 1000)
    private boolean verbose;

    /** Runs one command and ends the process with its {@link ExitCode}. */
    public static void main(String[] arguments) {
        // Numbers look alike on every machine: scripts read them.
        Locale.setDefault(Locale.ROOT);
        System.exit(commandLine().execute(arguments));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    static CommandLine commandLine() {
        Dcd options = new Dcd();
        CommandLine dcd = new CommandLine(options)
                .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        FailureHandler failures = new FailureHandler(() -> options.verbose);
        dcd.setExecutionStrategy(failures)
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures);
        dcd.setCaseInsensitiveEnumValuesAllowed(true).setUsageHelpAutoWidth(true);
        dcd.getSubcommands().values().forEach(command -> describe(command.getCommandSpec()));
        describe(dcd.getCommandSpec());
        return dcd;
    }

    private static void describe(CommandSpec command) {
        command.mixinStandardHelpOptions(true);
        String version = Dcd.class.getPackage().getImplementationVersion();
        command.version("dcd-spark " + (version == null ? "(development)" : version));
        command.usageMessage()
                .sortOptions(false)
                .showDefaultValues(true)
                .parameterListHeading("%n")
                .optionListHeading("%n")
                .commandListHeading("%nCommands:%n")
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(ExitCode.meanings());
    }
}
