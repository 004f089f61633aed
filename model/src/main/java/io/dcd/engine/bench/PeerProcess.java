package io.dcd.engine.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A peer that runs in a process of its own, so that neither side's memory counts as the other's and neither sees the
 * other's thread settings: both libraries may share one OpenMP runtime.
 */
public final class PeerProcess implements AutoCloseable {
    private final Process process;
    private final PrintWriter requests;
    private final BufferedReader answers;

    private PeerProcess(Process process) {
        this.process = process;
        requests = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Starts a Java like this one, with the same options and class path.
     *
     * @param main the class whose main method calls {@link PeerServer#serve} on its standard input and output
     * @throws IOException if it ends before it is ready; it has told why on the standard error
     */
    public static PeerProcess start(String main, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main);
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        PeerProcess peer = new PeerProcess(process);
        if (!PeerServer.READY.equals(peer.answers.readLine())) {
            peer.close();
            throw new IOException("the peer's process ended before its first step");
        }
        return peer;
    }

    /** Runs one step there and returns its milliseconds. */
    double step() {
        return ask(PeerServer.STEP);
    }

    /** The most memory that was resident there, in megabytes. */
    public OptionalDouble peakMegabytes() {
        double megabytes = ask(PeerServer.MEMORY);
        return Double.isNaN(megabytes) ? OptionalDouble.empty() : OptionalDouble.of(megabytes);
    }

    private double ask(String request) {
        requests.println(request);
        try {
            String answer = answers.readLine();
            if (answer == null) {
                throw new IOException("the peer's process ended in the middle of the comparison");
            }
            return Double.parseDouble(answer);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    /** Ends the process. */
    @Override
    public void close() {
        process.destroy();
        requests.close();
    }
}
