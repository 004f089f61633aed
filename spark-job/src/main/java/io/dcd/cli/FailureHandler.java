package io.dcd.cli;

import io.dcd.data.file.Reason;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line what went wrong and picks the exit code. */
final class FailureHandler implements IExecutionExceptionHandler, IParameterExceptionHandler, IExecutionStrategy {
    private final BooleanSupplier verbose;

    FailureHandler(BooleanSupplier verbose) {
        this.verbose = verbose;
    }

    /** Runs the command; an error of the virtual machine is a failure like any other, which picocli would let pass. */
    @Override
    public int execute(ParseResult result) {
        try {
            return new RunLast().execute(result);
        } catch (OutOfMemoryError | LinkageError e) {
            CommandLine command =
                    result.asCommandLineList().get(result.asCommandLineList().size() - 1);
            throw new ExecutionException(command, Reason.of(e), e);
        }
    }

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        String name = command.getCommandSpec().qualifiedName();
        ParameterException first = mistyped(failure);
        err.println(name + ": " + first.getMessage());
        UnmatchedArgumentException.printSuggestions(first, err);
        err.println("See '" + name + " --help'.");
        return ExitCode.USAGE.code();
    }

    /** Of a mistyped option picocli says at first that the right one is missing. */
    private static ParameterException mistyped(ParameterException failure) {
        List<String> unknown = failure.getCommandLine().getUnmatchedArguments();
        return failure instanceof MissingParameterException && !unknown.isEmpty()
                ? new UnmatchedArgumentException(failure.getCommandLine(), unknown)
                : failure;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult result) {
        Throwable known = known(failure);
        ExitCode code = ExitCode.of(known);
        PrintWriter err = command.getErr();
        err.println(command.getCommandSpec().qualifiedName() + ": " + message(known));
        if (verbose.getAsBoolean() || code == ExitCode.INTERNAL) {
            failure.printStackTrace(err);
        }
        return code.code();
    }

    /** The cause that tells most: the first of the most precise kind. */
    private static Throwable known(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .min(Comparator.comparingInt(FailureHandler::vagueness))
                .orElseThrow();
    }

    /**
     * Spark wraps what a task threw, so its own exceptions count only where nothing more precise lies beneath; and a connection that broke
     * is to Spark an exception of input or output, which counts only outside of Spark.
     */
    private static int vagueness(Throwable cause) {
        return switch (ExitCode.of(cause)) {
            case INTERNAL -> 3;
            case CLUSTER -> 1;
            case DONE, USAGE, DATA, DIVERGED, CHECKPOINT, STOPPED -> cause instanceof IOException ? 2 : 0;
        };
    }

    private static String message(Throwable failure) {
        String reason = Reason.of(failure);
        return failure instanceof OutOfMemoryError
                ? "out of memory (%s); give the driver more (DCD_DRIVER_MEMORY, spark-submit's --driver-memory), or lower training.batch"
                        .formatted(reason)
                : reason;
    }
}
