package io.dcd.engine.bench;

import io.dcd.engine.peer.Peer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;

/**
 * The side of a {@link PeerProcess} that runs the peer: it answers a line that asks for a step with the step's
 * milliseconds, one that asks for the memory with the process's peak in megabytes, or NaN where it cannot be told.
 */
public final class PeerServer {
    static final String READY = "ready";
    static final String STEP = "step";
    static final String MEMORY = "memory";

    private PeerServer() {}

    /** Answers until {@code requests} end. */
    public static void serve(Peer.Steps steps, BufferedReader requests, PrintWriter answers) throws IOException {
        answers.println(READY);
        answers.flush();
        for (String request = requests.readLine(); request != null; request = requests.readLine()) {
            switch (request) {
                case STEP -> {
                    long begin = System.nanoTime();
                    steps.run();
                    answers.println((System.nanoTime() - begin) / 1e6);
                }
                case MEMORY -> answers.println(ProcessMemory.peakMegabytes().orElse(Double.NaN));
                default -> throw new IOException("unknown request '%s'".formatted(request));
            }
            answers.flush();
        }
    }
}
