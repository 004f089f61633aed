package io.dcd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The executors that a worker of Spark has started: child processes of this process, or of another. */
public final class ExecutorProcesses {
    private ExecutorProcesses() {}

    /** The executors of one application, apart from what one before it may have left for a moment. */
    public static List<ProcessHandle> of(ProcessHandle worker, String application) {
        return worker.children()
                .filter(child -> application(child).filter(application::equals).isPresent())
                .toList();
    }

    /** The name of the application whose executor a process is. */
    public static Optional<String> application(ProcessHandle process) {
        try {
            // ProcessHandle.Info cuts off command lines as long as these.
            String line = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
            List<String> arguments = Arrays.asList(line.split("\0"));
            int option = arguments.indexOf("--app-id");
            return option < 0 ? Optional.empty() : Optional.of(arguments.get(option + 1));
        } catch (IOException e) {
            // It has ended.
            return Optional.empty();
        }
    }

    /** Sends a signal to a process that must be there. */
    public static void signal(ProcessHandle process, String signal) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .as("SIG%s for process %d", signal, process.pid())
                .isEqualTo(0);
    }
}
