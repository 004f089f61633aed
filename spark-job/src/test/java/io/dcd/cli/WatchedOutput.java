package io.dcd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What a process prints, read to its end by a thread: a full pipe would hold the process up. */
final class WatchedOutput {
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    WatchedOutput(BufferedReader reader) {
        Thread thread = new Thread(() -> read(reader), "watched output");
        thread.setDaemon(true);
        thread.start();
    }

    private void read(BufferedReader reader) {
        try (reader) {
            String line = reader.readLine();
            while (line != null) {
                add(line);
                line = reader.readLine();
            }
        } catch (IOException e) {
            add(e.toString());
        }
        end();
    }

    private synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** The number of lines so far. */
    synchronized int count() {
        return lines.size();
    }

    /** Waits for the first line after {@code begin} others that is wanted; fails at the end of the output. */
    synchronized String await(int begin, String description, Predicate<String> wanted) throws InterruptedException {
        int seen = begin;
        while (true) {
            for (; seen < lines.size(); seen++) {
                if (wanted.test(lines.get(seen))) {
                    return lines.get(seen);
                }
            }
            assertThat(ended).as("no line with %s in %s", description, lines).isFalse();
            wait();
        }
    }

    synchronized void awaitEnd() throws InterruptedException {
        while (!ended) {
            wait();
        }
    }
}
