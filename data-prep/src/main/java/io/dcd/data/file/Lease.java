package io.dcd.data.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.dcd.data.Json;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
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

    /** For so long what was read of the file may be acted on; later, another driver may have taken over. */
    private static final Duration FRESH = PATIENCE.dividedBy(4);

    /** Names the machine, from its start on; host names of containers may be alike. */
    private static final java.nio.file.Path BOOT = java.nio.file.Path.of("/proc/sys/kernel/random/boot_id");

    /** Names the processes that see each other's numbers; those of two containers on one machine do not. */
    private static final java.nio.file.Path PROCESSES = java.nio.file.Path.of("/proc/self/ns/pid");

    /** What this process holds; a file with this process's number but none of these is from an earlier life. */
    private static final Set<String> HELD = ConcurrentHashMap.newKeySet();

    /** Far above any such file; a bound on what a foreign one may make us allocate. */
    private static final int MAXIMUM_FILE_BYTES = 1 << 16;

    private final FileSystem fileSystem;
    private final Path file;
    private final Terms terms;
    private final ScheduledExecutorService heartbeat;
    private Holder me;
    /** Whether the last sign of life failed: half a file, or none, is then still ours. */
    private boolean failed;

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

    /** @param machine see {@link #here}; empty if that is not known */
    private record Holder(String token, String host, String machine, long process, long beats) {
        /** What is read of a file that is no whole lease. */
        static final Holder UNKNOWN = new Holder("", "an unknown host", "", -1, 0);

        /** Known only of processes whose numbers can be seen here. */
        boolean isDead() {
            boolean mine = process == ProcessHandle.current().pid();
            return !machine.isEmpty()
                    && machine.equals(here())
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
        return take(fileSystem, file, terms, HEARTBEAT);
    }

    /** @param pause between two signs of life */
    static Lease take(FileSystem fileSystem, Path file, Terms terms, Duration pause) {
        Holder me = new Holder(
                UUID.randomUUID().toString(),
                hostName(),
                here(),
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
        lease.heartbeat.scheduleWithFixedDelay(lease::beat, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
        return lease;
    }

    /** Fails, as the terms say, if another driver has taken over, or the file system cannot be reached. */
    public synchronized void requireHeld() {
        try {
            Optional<Holder> holder = read();
            if (!isMine(holder) && !isLeftover(holder)) {
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
            Optional<Holder> holder = read();
            if (isMine(holder) || holder.isPresent() && isLeftover(holder)) {
                fileSystem.delete(file, false);
            }
        } catch (IOException e) {
            throw terms.failure().apply("cannot give back the lease " + file + ": " + Reason.of(e), e);
        }
    }

    /** Shows life, unless another driver has taken over. */
    synchronized void beat() {
        long begin = System.nanoTime();
        try {
            Optional<Holder> holder = read();
            // A process that was stopped in between must not write over its successor's file.
            boolean fresh = System.nanoTime() - begin < FRESH.toNanos();
            if (fresh && !heartbeat.isShutdown() && (isMine(holder) || isLeftover(holder))) {
                me = new Holder(me.token(), me.host(), me.machine(), me.process(), me.beats() + 1);
                failed = true;
                write(true);
                failed = false;
            }
        } catch (IOException e) {
            // The next one may succeed. If none does, another driver may take over, and requireHeld finds it.
            LOG.warn("cannot write the lease {}: {}", file, Reason.of(e));
        }
    }

    private boolean isMine(Optional<Holder> holder) {
        return holder.filter(each -> each.token().equals(me.token())).isPresent();
    }

    /** Whether it is what a failed sign of life left. */
    private boolean isLeftover(Optional<Holder> holder) {
        return failed && holder.filter(each -> !each.equals(Holder.UNKNOWN)).isEmpty();
    }

    private void awaitDeath(Holder first) throws IOException {
        if (HELD.contains(first.token())) {
            throw held(first);
        }
        // Looks are counted, not time: who is stopped together with the holder wakes up together with it.
        for (long look = 0; !first.isDead() && look < PATIENCE.dividedBy(POLL); look++) {
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
        return Optional.of(holder.orElse(Holder.UNKNOWN));
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

    /** The machine and its name space of process numbers; empty where the system does not tell. */
    static String here() {
        try {
            return Files.readString(BOOT).strip() + " " + Files.readSymbolicLink(PROCESSES);
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }
}
