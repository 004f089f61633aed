package io.dcd.data.prepare;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.dcd.data.DataException;
import io.dcd.data.Digests;
import io.dcd.data.Json;
import io.dcd.data.Manifest;
import io.dcd.data.PreparedData;
import io.dcd.data.Split;
import io.dcd.data.file.FileSystems;
import io.dcd.data.file.Lease;
import io.dcd.data.file.Reason;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FsStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.StringUtils;

/**
 * The directory that a preparation fills. Until the manifest appears, which one rename does at the very end, readers refuse it; a
 * folder {@code _staging} with a note of what is being prepared marks it as unfinished.
 */
final class OutputDirectory implements Serializable {
    private static final long serialVersionUID = 1L;

    static final String CLASSES = "classes.json";
    static final String QUARANTINE = "quarantine.jsonl";
    private static final String STAGING = "_staging";
    /** Its underscore hides it from readers of Parquet, as it does the staging folder. */
    private static final String LEASE = "_lease.json";

    /** What is being prepared of what, in the staging folder, and what has been prepared beside the manifest. */
    static final String NOTE = "preparation.json";

    private static final int MAXIMUM_NOTE_BYTES = 64 << 20;

    private final String directory;

    /** Executors may have another working directory, so a relative path is completed here. */
    OutputDirectory(Configuration configuration, Path directory) {
        try {
            this.directory = FileSystems.of(configuration, directory)
                    .makeQualified(directory)
                    .toString();
        } catch (IOException e) {
            throw new DataException("cannot use " + directory + " as output: " + Reason.of(e), e);
        }
    }

    Path directory() {
        return new Path(directory);
    }

    /** For files that are not whole yet. */
    Path staging() {
        return new Path(directory, STAGING);
    }

    /** For what tasks have found. */
    Path results() {
        return new Path(staging(), "results");
    }

    /** What a directory holds of a preparation. */
    enum State {
        /** Nothing. */
        NEW,
        /** A part of this very preparation. */
        BEGUN,
        /** This very preparation, with every file in place. */
        FINISHED
    }

    /**
     * The right to write here.
     *
     * @throws DataException if another preparation has it
     */
    Lease lease(Configuration configuration) throws IOException {
        FileSystem fileSystem = FileSystems.of(configuration, directory());
        try {
            if (!fileSystem.mkdirs(directory())) {
                throw new IOException("the file system refuses to");
            }
        } catch (IOException e) {
            throw new DataException(
                    "cannot make the output directory " + directory + ": " + Reason.of(e)
                            + "; see to its rights, or give another --output",
                    e);
        }
        return Lease.take(fileSystem, new Path(directory, LEASE), new Lease.Terms("--output", DataException::new));
    }

    /**
     * Looks, without changing anything, what the directory holds of a preparation.
     *
     * @throws DataException if it holds something else
     */
    State look(Configuration configuration, Preparation preparation) throws IOException {
        FileSystem fileSystem = FileSystems.of(configuration, directory());
        if (!fileSystem.exists(directory())) {
            return State.NEW;
        }
        if (!fileSystem.getFileStatus(directory()).isDirectory()) {
            throw new DataException("output " + directory + " is a file; choose a new directory with --output");
        }
        if (fileSystem.exists(new Path(directory, Manifest.FILE_NAME))) {
            Manifest manifest = PreparedData.readManifest(configuration, directory());
            preparation.requireSame(manifest.preparation(), "output " + directory + " holds data prepared");
            return isComplete(fileSystem, manifest) ? State.FINISHED : State.BEGUN;
        }
        if (fileSystem.exists(new Path(staging(), NOTE))) {
            Preparation begun = readNote(fileSystem, new Path(staging(), NOTE));
            preparation.requireSame(begun.facts(), "output " + directory + " holds an unfinished preparation");
            return State.BEGUN;
        }
        requireEmpty(fileSystem);
        return State.NEW;
    }

    /** Files and folders of the source that have changed since the data in this directory were finished; none if they are not. */
    Set<String> changedSources(Configuration configuration, Preparation preparation) throws IOException {
        FileSystem fileSystem = FileSystems.of(configuration, directory());
        Path note = new Path(directory, NOTE);
        boolean finished = fileSystem.exists(new Path(directory, Manifest.FILE_NAME)) && fileSystem.exists(note);
        return finished ? preparation.changedSince(readNote(fileSystem, note)) : Set.of();
    }

    /** Whether something lies in a finished directory that a preparation killed at its very end has left. */
    boolean isTidy(Configuration configuration) throws IOException {
        FileSystem fileSystem = FileSystems.of(configuration, directory());
        return !fileSystem.exists(staging()) && !fileSystem.exists(new Path(directory, LEASE));
    }

    /** Puts the class index of finished data back if it is lost or damaged; to be called with the lease. */
    void restoreClasses(Configuration configuration, byte[] classes) throws IOException {
        FileSystem fileSystem = FileSystems.of(configuration, directory());
        if (fileSystem.exists(new Path(directory, Manifest.FILE_NAME))) {
            Manifest.ContentFile expected =
                    PreparedData.readManifest(configuration, directory()).classes();
            if (!isIntact(fileSystem, expected) && Digests.sha256(classes).equals(expected.sha256())) {
                fileSystem.mkdirs(staging());
                put(configuration, expected.path(), classes);
            }
        }
    }

    /**
     * To be called with the lease.
     *
     * @param bytes that the shards will take, about
     * @throws DataException if the file system says that it has less room than what is still to be written needs
     */
    void requireRoom(Configuration configuration, long bytes) throws IOException {
        FileSystem fileSystem = FileSystems.of(configuration, directory());
        long missing = bytes;
        for (Split split : Split.values()) {
            Path folder = new Path(directory, split.directory());
            for (FileStatus shard : fileSystem.exists(folder) ? fileSystem.listStatus(folder) : new FileStatus[0]) {
                missing -= shard.getLen();
            }
        }
        int replicas = fileSystem.getDefaultReplication(directory());
        FsStatus room = fileSystem.getStatus(directory());
        // Some file systems know nothing and say so by zeros.
        if (room.getCapacity() > 0 && room.getRemaining() / replicas < missing) {
            throw new DataException("output " + directory + " has room for "
                    + StringUtils.byteDesc(room.getRemaining() / replicas)
                    + (replicas > 1 ? " in " + replicas + " replicas" : "")
                    + ", but the shards will take about " + StringUtils.byteDesc(missing)
                    + " more; make room, shrink the images with --resize, or give another --output");
        }
    }

    /**
     * Makes the directory ours, what is left of an earlier attempt included; to be called with the lease, after {@link #look}.
     */
    void begin(Configuration configuration, Preparation preparation) throws IOException {
        FileSystem fileSystem = FileSystems.of(configuration, directory());
        if (fileSystem.exists(new Path(directory, Manifest.FILE_NAME))) {
            reopen(configuration, fileSystem, preparation, PreparedData.readManifest(configuration, directory()));
        } else if (fileSystem.exists(new Path(staging(), NOTE))
                && !preparation
                        .changedSince(readNote(fileSystem, new Path(staging(), NOTE)))
                        .isEmpty()) {
            // A source file has been replaced: what was found in the old one no longer counts.
            fileSystem.delete(results(), true);
        }
        fileSystem.mkdirs(results());
        write(fileSystem, new Path(staging(), NOTE), Json.MAPPER.writeValueAsBytes(preparation));
    }

    private void requireEmpty(FileSystem fileSystem) throws IOException {
        FileStatus[] content = fileSystem.listStatus(directory());
        Arrays.sort(content);
        for (FileStatus each : content) {
            String name = each.getPath().getName();
            // A preparation that was killed at its very start leaves these.
            if (!name.equals(STAGING) && !name.equals(LEASE)) {
                throw new DataException("output " + directory + " already holds something else (" + name
                        + "); choose a new or empty directory");
            }
        }
    }

    private boolean isComplete(FileSystem fileSystem, Manifest manifest) throws IOException {
        for (Manifest.SplitContent split : manifest.splits()) {
            for (Manifest.Shard shard : split.shards()) {
                if (!isThere(fileSystem, shard)) {
                    return false;
                }
            }
        }
        return isIntact(fileSystem, manifest.classes())
                && isIntact(fileSystem, manifest.quarantine().table());
    }

    /** Whether a small file is what the manifest says. */
    private boolean isIntact(FileSystem fileSystem, Manifest.ContentFile expected) throws IOException {
        Path file = new Path(directory, expected.path());
        if (!fileSystem.exists(file) || fileSystem.getFileStatus(file).getLen() != expected.bytes()) {
            return false;
        }
        try (FSDataInputStream in = fileSystem.open(file)) {
            return Digests.sha256(in.readAllBytes()).equals(expected.sha256());
        }
    }

    private boolean isThere(FileSystem fileSystem, Manifest.Shard shard) throws IOException {
        try {
            return fileSystem.getFileStatus(new Path(directory, shard.path())).getLen() == shard.bytes();
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    /** Turns finished data of which files are missing back into an unfinished preparation that knows what it has. */
    private void reopen(Configuration configuration, FileSystem fileSystem, Preparation preparation, Manifest manifest)
            throws IOException {
        fileSystem.mkdirs(results());
        for (Manifest.SplitContent split : manifest.splits()) {
            for (Manifest.Shard shard : split.shards()) {
                if (isThere(fileSystem, shard)) {
                    StagedResults.write(configuration, shardResult(shard.path()), shard);
                }
            }
        }
        write(fileSystem, new Path(staging(), NOTE), Json.MAPPER.writeValueAsBytes(preparation));
        fileSystem.delete(new Path(directory, Manifest.FILE_NAME), false);
    }

    /** Where the staging folder says that a shard has been written. */
    Path shardResult(String shard) {
        return new Path(results(), shard.replace('/', '-') + ".json");
    }

    /** Makes room for the shards of a split. */
    void createSplit(Configuration configuration, Split split) throws IOException {
        FileSystems.of(configuration, directory()).mkdirs(new Path(directory, split.directory()));
    }

    /** Puts a small file into the directory, whole or not at all. */
    Manifest.ContentFile put(Configuration configuration, String name, byte[] bytes) throws IOException {
        FileSystem fileSystem = FileSystems.of(configuration, directory());
        Path temporary = new Path(staging(), name);
        Path target = new Path(directory, name);
        write(fileSystem, temporary, bytes);
        fileSystem.delete(target, false);
        if (!fileSystem.rename(temporary, target)) {
            throw new IOException("cannot rename " + temporary + " to " + target);
        }
        return new Manifest.ContentFile(name, bytes.length, Digests.sha256(bytes));
    }

    /** The moment at which the prepared data come to be. */
    void commit(Configuration configuration, Preparation preparation, Manifest manifest) throws IOException {
        put(configuration, NOTE, Json.MAPPER.writeValueAsBytes(preparation));
        byte[] bytes = Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest);
        put(configuration, Manifest.FILE_NAME, bytes);
        tidy(configuration);
    }

    /** Removes what a finished preparation needs no longer. */
    void tidy(Configuration configuration) throws IOException {
        FileSystems.of(configuration, directory()).delete(staging(), true);
    }

    /** Removes what the preparation has written. */
    void discard(Configuration configuration) throws IOException {
        FileSystem fileSystem = FileSystems.of(configuration, directory());
        for (Split split : Split.values()) {
            fileSystem.delete(new Path(directory, split.directory()), true);
        }
        fileSystem.delete(new Path(directory, CLASSES), false);
        fileSystem.delete(new Path(directory, QUARANTINE), false);
        fileSystem.delete(new Path(directory, NOTE), false);
        fileSystem.delete(staging(), true);
    }

    /** Removes the directory if nothing is in it. */
    void removeIfEmpty(Configuration configuration) throws IOException {
        FileSystem fileSystem = FileSystems.of(configuration, directory());
        if (fileSystem.exists(directory()) && fileSystem.listStatus(directory()).length == 0) {
            fileSystem.delete(directory(), false);
        }
    }

    private static Preparation readNote(FileSystem fileSystem, Path file) throws IOException {
        try (FSDataInputStream in = fileSystem.open(file)) {
            return Json.MAPPER.readValue(in.readNBytes(MAXIMUM_NOTE_BYTES), Preparation.class);
        } catch (JsonProcessingException e) {
            throw new DataException(file + " cannot be read; remove the directory and prepare again", e);
        }
    }

    private static void write(FileSystem fileSystem, Path file, byte[] bytes) throws IOException {
        fileSystem.delete(file, false);
        try (FSDataOutputStream out = FileSystems.create(fileSystem, file)) {
            out.write(bytes);
            FileSystems.sync(out);
        }
    }
}
