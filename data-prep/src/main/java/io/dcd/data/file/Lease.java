package io.dcd.data.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.dcd.data.Json;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right of one driver to write a directory: a file that names the holder and that the holder rewrites again and again with a
 * growing number. Whoever finds such a file watches the number: if it stands still, the holder is dead and the lease is taken over. No
 * clocks are compared.
 */
public final class Lease implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    /** Between two signs of life. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(2);

    /** A holder that is silent for so long is dead: ten heartbeats. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Duration POLL = Duration.ofMillis(500);

    /** What this process holds; a file with this process's number but none of these is from an earlier life. */
    private static final Set<String> HELD = ConcurrentHashMap.newKeySet();

    /** Far above any such file; a bound on what a foreign one may make us allocate. */
    private static final int MAXIMUM_FILE_BYTES = 1 << 16;

    private final FileSystem fileSystem;
    private final Path file;
    private final Terms terms;
    private final ScheduledExecutorService heartbeat;
    private Holder me;

    /**
     * How a lease speaks to its user.
     *
     * @param option the command line's name of the directory, for the remedy of who is refused
     * @param failure makes the exception to throw of a message and a cause, which may be null
     */
    public record Terms(String option, BiFunction<String, Throwable, RuntimeException> failure) {
        private RuntimeException failed(String message) {
            return failure.apply(message, null);
        }
    }

    private record Holder(String token, String host, long process, long beats) {
        /** Known only of processes on this machine. */
        boolean isDead() {
            boolean mine = process == ProcessHandle.current().pid();
            return host.equals(hostName())
                    && (mine ? !HELD.contains(token) : ProcessHandle.of(process).isEmpty());
        }

        @Override
        public String toString() {
            return "process %d on %s".formatted(process, host);
        }
    }

    private Lease(FileSystem fileSystem, Path file, Terms terms, Holder me) {
        this.fileSystem = fileSystem;
        this.file = file;
        this.terms = terms;
        this.me = me;
        this.heartbeat = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "dcd-lease");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Takes the lease {@code file}; waits if there is one whose holder may be dead. Fails, as the terms say, if another driver holds it.
     */
    public static Lease take(FileSystem fileSystem, Path file, Terms terms) {
        Holder me = new Holder(
                UUID.randomUUID().toString(),
                hostName(),
                ProcessHandle.current().pid(),
                0);
        Lease lease = new Lease(fileSystem, file, terms, me);
        try {
            Optional<Holder> other = lease.read();
            if (other.isPresent()) {
                lease.awaitDeath(other.get());
                fileSystem.delete(file, false);
            }
            lease.write(false);
            HELD.add(me.token());
        } catch (FileAlreadyExistsException e) {
            throw terms.failure().apply("another driver took " + file.getParent() + " at this moment", e);
        } catch (IOException e) {
            throw terms.failure().apply("cannot take the lease " + file + ": " + Reason.of(e), e);
        }
        lease.heartbeat.scheduleWithFixedDelay(
                lease::beat, HEARTBEAT.toMillis(), HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
        return lease;
    }

    /** Fails, as the terms say, if another driver has taken over, or the file system cannot be reached. */
    public synchronized void requireHeld() {
        try {
            Optional<Holder> holder = read();
            if (holder.isEmpty() || !holder.get().token().equals(me.token())) {
                throw terms.failed("this driver was silent for too long and lost %s to %s"
                        .formatted(
                                file.getParent(), holder.map(Holder::toString).orElse("nobody")));
            }
        } catch (IOException e) {
            throw terms.failure().apply("cannot read the lease " + file + ": " + Reason.of(e), e);
        }
    }

    /** Gives the lease back. */
    @Override
    public synchronized void close() {
        heartbeat.shutdownNow();
        HELD.remove(me.token());
        try {
            if (read().filter(holder -> holder.token().equals(me.token())).isPresent()) {
                fileSystem.delete(file, false);
            }
        } catch (IOException e) {
            throw terms.failure().apply("cannot give back the lease " + file + ": " + Reason.of(e), e);
        }
    }

    private synchronized void beat() {
        try {
            if (!heartbeat.isShutdown()
                    && read().filter(holder -> holder.token().equals(me.token()))
                            .isPresent()) {
                me = new Holder(me.token(), me.host(), me.process(), me.beats() + 1);
                write(true);
            }
        } catch (IOException e) {
            // The next beat may reach the file system again, and whether the lease was lost meanwhile is read when it
            // matters.
            LOG.warn("cannot write the lease {}: {}", file, Reason.of(e));
        }
    }

    private void awaitDeath(Holder first) throws IOException {
        if (HELD.contains(first.token())) {
            throw held(first);
        }
        long begin = System.nanoTime();
        while (!first.isDead() && System.nanoTime() - begin < PATIENCE.toNanos()) {
            Optional<Holder> now = read();
            if (now.isEmpty()) {
                return;
            }
            if (!now.get().equals(first)) {
                throw held(now.get());
            }
            pause();
        }
    }

    private RuntimeException held(Holder holder) {
        return terms.failed("%s is being written by %s; wait for it, or give another %s"
                .formatted(file.getParent(), holder, terms.option()));
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw terms.failure().apply("interrupted while waiting for the lease " + file, e);
        }
    }

    /** The holder; empty without a file. */
    private Optional<Holder> read() throws IOException {
        Optional<Holder> holder = Optional.empty();
        // A file that is just being rewritten is read again; one that stays unreadable has a holder that shows no life.
        for (int attempt = 0; attempt < 3 && holder.isEmpty(); attempt++) {
            byte[] bytes;
            try (FSDataInputStream in = fileSystem.open(file)) {
                bytes = in.readNBytes(MAXIMUM_FILE_BYTES);
            } catch (FileNotFoundException e) {
                return Optional.empty();
            }
            try {
                holder = Optional.of(Json.MAPPER.readValue(bytes, Holder.class));
            } catch (JsonProcessingException e) {
                pause();
            }
        }
        return Optional.of(holder.orElse(new Holder("", "an unknown host", -1, 0)));
    }

    private void write(boolean overwrite) throws IOException {
        SyncedFile.write(fileSystem, file, overwrite, Json.MAPPER.writeValueAsBytes(me));
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
