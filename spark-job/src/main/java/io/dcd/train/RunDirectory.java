package io.dcd.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.dcd.data.file.FileSystems;
import io.dcd.data.file.Lease;
import io.dcd.data.file.SyncedFile;
import io.dcd.settings.Settings;
import io.dcd.train.checkpoint.Checkpoint;
import io.dcd.train.checkpoint.CheckpointException;
import io.dcd.train.checkpoint.CheckpointStore;
import io.dcd.train.checkpoint.ModelState;
import io.dcd.train.checkpoint.Progress;
import io.dcd.train.checkpoint.RunIdentity;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The directory in which a run keeps its settings, metrics, checkpoints and summary. Its file system must rename files and directories in
 * one step, as local ones and HDFS do; object stores do not.
 */
public final class RunDirectory {
    private static final String CONFIGURATION = "config.conf";
    private static final String METRICS = "metrics.jsonl";
    /** TensorBoard looks for "tfevents" in a file's name. */
    private static final String EVENTS = "events.out.tfevents.dcd";

    private static final String SUMMARY = "summary.json";
    private static final String IMPORT = "import.json";
    private static final String CHECKPOINTS = "checkpoints";
    private static final String LEASE = "lease.json";
    /** Begins the name of a file that is being written. */
    private static final String UNFINISHED = "_unfinished-";

    private final FileSystem fileSystem;
    private final Path path;

    private RunDirectory(FileSystem fileSystem, Path path) {
        this.fileSystem = fileSystem;
        this.path = path;
    }

    /**
     * The run directory at {@code path}, which need not exist yet.
     *
     * @throws CheckpointException if something else is there
     */
    public static RunDirectory at(Configuration configuration, Path path) {
        try {
            FileSystem fileSystem = FileSystems.of(configuration, path);
            RunDirectory run = new RunDirectory(fileSystem, fileSystem.makeQualified(withoutTrailingSlash(path)));
            run.requireOwn();
            return run;
        } catch (IOException | IllegalArgumentException e) {
            throw new CheckpointException("cannot use the run directory " + path + ": " + e.getMessage(), e);
        }
    }

    /** A path made from a URI keeps its last slash, and then has no name. */
    private static Path withoutTrailingSlash(Path path) {
        return new Path(path.toString());
    }

    private void requireOwn() throws IOException {
        FileStatus[] entries;
        try {
            entries = fileSystem.listStatus(path);
        } catch (FileNotFoundException e) {
            return;
        }
        boolean own = Arrays.stream(entries).anyMatch(entry -> isDirectoryOfRun(entry) || isFileOfRun(entry));
        if (entries.length > 0 && !own) {
            throw new CheckpointException("%s is no run directory: it holds %s; give another --run"
                    .formatted(path, entries[0].getPath().getName()));
        }
    }

    private static boolean isFileOfRun(FileStatus entry) {
        return entry.isFile()
                && Set.of(CONFIGURATION, LEASE).contains(entry.getPath().getName());
    }

    private static boolean isDirectoryOfRun(FileStatus entry) {
        return entry.isDirectory() && entry.getPath().getName().equals(CHECKPOINTS);
    }

    public Path path() {
        return path;
    }

    /** The settings that the run was started with, as HOCON; empty for a new run. */
    public Optional<String> configuration() {
        return read(CONFIGURATION);
    }

    /** A line of JSON for each round and each evaluation so far. */
    public String ledger() {
        return read(METRICS).orElse("");
    }

    /** The run's checkpoints. */
    public CheckpointStore checkpoints() {
        return new CheckpointStore(fileSystem, new Path(path, CHECKPOINTS));
    }

    /**
     * The right to write here; to be taken before anything is read that decides what is written.
     *
     * @throws CheckpointException if another driver has it
     */
    Lease lease() {
        return Lease.take(fileSystem, new Path(path, LEASE), new Lease.Terms("--run", CheckpointException::new));
    }

    /**
     * Begins the run with parameters from elsewhere: a checkpoint before the first step, which any data of as many classes
     * may go on from.
     *
     * @throws CheckpointException if the run has checkpoints already, or another driver has it
     */
    public void begin(Settings settings, float[] parameters, ImportRecord origin) {
        try (Lease taken = lease()) {
            if (!checkpoints().steps().isEmpty()) {
                throw new CheckpointException(path + " has checkpoints already; give another --run");
            }
            deleteUnfinished();
            write(IMPORT, json(origin));
            RunIdentity identity = RunIdentity.ofNetwork(origin.classes(), settings.identity());
            ModelState state = new ModelState(Progress.START, parameters, new float[parameters.length]);
            // Before the settings, so that no run that looks begun lacks its parameters.
            checkpoints().save(new Checkpoint(identity, state), 1, taken::requireHeld);
            writeSettings(settings);
        }
    }

    /** The summary of the last invocation that ended well. */
    Optional<Summary> summary() {
        return read(SUMMARY).map(text -> {
            try {
                return RunJson.MAPPER.readValue(text, Summary.class);
            } catch (JsonProcessingException e) {
                throw new CheckpointException(
                        "%s/%s cannot be read: %s; delete it".formatted(path, SUMMARY, e.getOriginalMessage()), e);
            }
        });
    }

    /** Whether the ledger has an evaluation after so many steps. */
    boolean isEvaluated(long step) {
        return Metrics.isEvaluated(step, ledger());
    }

    /** Deletes what an earlier driver did not finish writing; only the holder of the lease may. */
    void deleteUnfinished() {
        checkpoints().deleteUnfinished();
        try {
            for (FileStatus entry : fileSystem.listStatus(path)) {
                if (entry.getPath().getName().startsWith(UNFINISHED)) {
                    fileSystem.delete(entry.getPath(), false);
                }
            }
        } catch (IOException e) {
            throw new CheckpointException("cannot tidy " + path + ": " + e.getMessage(), e);
        }
    }

    void writeSettings(Settings settings) {
        write(CONFIGURATION, settings.render());
    }

    void writeSummary(Summary summary) {
        write(SUMMARY, json(summary));
    }

    private static String json(Object value) {
        try {
            return RunJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The run's metrics, to be continued after {@code progress}; what was noted beyond that and then lost is dropped. */
    Metrics metrics(Progress progress) {
        String kept = Metrics.upTo(progress, ledger());
        try {
            FSDataOutputStream ledger = continued(METRICS, kept.getBytes(StandardCharsets.UTF_8));
            return new Metrics(ledger, continued(EVENTS, Metrics.events(kept)));
        } catch (IOException e) {
            throw new CheckpointException("cannot write " + METRICS + " in " + path + ": " + e.getMessage(), e);
        }
    }

    /** A file that begins with {@code bytes} from one moment to the next, and is written on. */
    private FSDataOutputStream continued(String name, byte[] bytes) throws IOException {
        Path unfinished = unfinished();
        FSDataOutputStream out = FileSystems.create(fileSystem, unfinished);
        out.write(bytes);
        out.hflush();
        FileSystems.replace(fileSystem, unfinished, new Path(path, name));
        return out;
    }

    private Optional<String> read(String name) {
        Path file = new Path(path, name);
        try (FSDataInputStream in = fileSystem.open(file)) {
            return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new CheckpointException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private void write(String name, String text) {
        Path unfinished = unfinished();
        try {
            SyncedFile.write(fileSystem, unfinished, text.getBytes(StandardCharsets.UTF_8));
            FileSystems.replace(fileSystem, unfinished, new Path(path, name));
        } catch (IOException e) {
            throw new CheckpointException("cannot write " + name + " in " + path + ": " + e.getMessage(), e);
        }
    }

    private Path unfinished() {
        return new Path(path, UNFINISHED + UUID.randomUUID());
    }
}
