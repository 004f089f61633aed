package io.dcd.cli;

import java.io.PrintWriter;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Says in one line what went wrong and picks the exit code. */
final class FailureHandler implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private final BooleanSupplier verbose;

    FailureHandler(BooleanSupplier verbose) {
        this.verbose = verbose;
    }

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        String name = command.getCommandSpec().qualifiedName();
        err.println(name + ": " + failure.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(failure, err);
        err.println("See '" + name + " --help'.");
        return ExitCode.USAGE.code();
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult result) {
        Throwable known = known(failure);
        ExitCode code = ExitCode.of(known);
        PrintWriter err = command.getErr();
        err.println(command.getCommandSpec().qualifiedName() + ": " + oneLine(known));
        if (verbose.getAsBoolean() || code == ExitCode.INTERNAL) {
            failure.printStackTrace(err);
        }
        return code.code();
    }

    /**
     * The cause that belongs to a category; Spark wraps what a task threw, so its own exceptions count only where nothing more precise
     * lies beneath.
     */
    private static Throwable known(Throwable failure) {
        Throwable known = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            ExitCode code = ExitCode.of(cause);
            if (code != ExitCode.INTERNAL && code != ExitCode.CLUSTER) {
                return cause;
            }
            if (code == ExitCode.CLUSTER && ExitCode.of(known) == ExitCode.INTERNAL) {
                known = cause;
            }
        }
        return known;
    }

    private static String oneLine(Throwable failure) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        return message.strip().lines().findFirst().orElseThrow().strip();
    }
}
