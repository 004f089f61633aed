package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.data.DataException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.SparkException;
import org.apache.spark.SparkThrowable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class FailureHandlerTest {
    /** A command that fails. */
    @Command(name = "fail")
    private record Fail(Throwable failure) implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (Exception) failure;
        }
    }

    /** What Spark throws for settings that it refuses is no SparkException. */
    private static final class TooLittleMemory extends IllegalArgumentException implements SparkThrowable {
        private static final long serialVersionUID = 1L;

        TooLittleMemory() {
            super("System memory must be at least 471859200");
        }

        @Override
        public String getErrorClass() {
            return "INVALID_DRIVER_MEMORY";
        }
    }

    private record Case(Throwable failure, ExitCode code, String line) {}

    static final List<Case> CASES = List.of(
            new Case(new UsageException("no such option\nat all"), ExitCode.USAGE, "fail: no such option"),
            new Case(new AccessDeniedException("/etc/shadow"), ExitCode.DATA, "fail: /etc/shadow: permission denied"),
            new Case(
                    new UncheckedIOException(new IOException("No space left on device")),
                    ExitCode.DATA,
                    "fail: No space left on device"),
            new Case(
                    new SparkException("the job failed", new DataException("part-00000.parquet is damaged")),
                    ExitCode.DATA,
                    "fail: part-00000.parquet is damaged"),
            new Case(
                    new SparkException("the master is gone", new IOException("connection reset")),
                    ExitCode.CLUSTER,
                    "fail: the master is gone"),
            new Case(new TooLittleMemory(), ExitCode.CLUSTER, "fail: System memory must be at least 471859200"),
            new Case(
                    new OutOfMemoryError("Java heap space"),
                    ExitCode.CLUSTER,
                    "fail: out of memory (Java heap space); give the driver more (DCD_DRIVER_MEMORY, spark-submit's --driver-memory), or"
                            + " lower training.batch"));

    static final List<Case> DEFECTS = List.of(
            new Case(new IllegalStateException(), ExitCode.INTERNAL, "fail: IllegalStateException"),
            new Case(new UnsatisfiedLinkError("no dnnl"), ExitCode.INTERNAL, "fail: no dnnl"));

    @ParameterizedTest
    @FieldSource("CASES")
    void aFailureIsOneLineAndItsCode(Case failing) {
        StringWriter err = new StringWriter();
        assertThat(execute(failing.failure(), err)).isEqualTo(failing.code().code());
        assertThat(err.toString().strip()).isEqualTo(failing.line());
    }

    @ParameterizedTest
    @FieldSource("DEFECTS")
    void aDefectHasItsTrace(Case failing) {
        StringWriter err = new StringWriter();
        assertThat(execute(failing.failure(), err)).isEqualTo(failing.code().code());
        assertThat(err.toString()).startsWith(failing.line()).contains("\tat " + FailureHandlerTest.class.getName());
    }

    private static int execute(Throwable failure, StringWriter err) {
        FailureHandler failures = new FailureHandler(() -> false);
        return new CommandLine(new Fail(failure))
                .setExecutionStrategy(failures)
                .setExecutionExceptionHandler(failures)
                .setErr(new PrintWriter(err, true))
                .execute();
    }
}
