package io.dcd.data.prepare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.dcd.data.DataException;
import io.dcd.data.Digests;
import io.dcd.data.FileSystems;
import io.dcd.data.Json;
import io.dcd.data.Manifest;
import io.dcd.data.Split;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The directory that a preparation fills. Until the manifest appears, which one rename does at the very end, readers refuse it; a
 * folder {@code _staging} with a note of what is being prepared marks it as unfinished.
 */
final class OutputDirectory implements Serializable {
    private static final long serialVersionUID = 1L;

    static final String CLASSES = "classes.json";
    static final String QUARANTINE = "quarantine.jsonl";
    private static final String STAGING = "_staging";
    private static final String NOTE = "preparation.json";

    private final String directory;

    /** Executors may have another working directory, so a relative path is completed here. */
    OutputDirectory(Configuration configuration, Path directory) {
        try {
            this.directory = FileSystems.of(configuration, directory)
                    .makeQualified(directory)
                    .toString();
        } catch (IOException e) {
            throw new DataException("cannot use " + directory + " as output: " + e.getMessage(), e);
        }
    }

    Path directory() {
        return new Path(directory);
    }

    /** For files that are not whole yet. */
    Path staging() {
        return new Path(directory, STAGING);
    }

    /**
     * Makes the directory ours.
     *
     * @param note what is being prepared: sources and options that influence the result
     * @throws DataException if it holds something else
     */
    void claim(Configuration configuration, Map<String, String> note) throws IOException {
        FileSystem fileSystem = FileSystems.of(configuration, directory());
        if (fileSystem.exists(directory())) {
            if (!fileSystem.getFileStatus(directory()).isDirectory()) {
                throw new DataException("output " + directory + " is a file; choose a new directory with --output");
            }
            FileStatus[] content = fileSystem.listStatus(directory());
            if (fileSystem.exists(new Path(directory, Manifest.FILE_NAME))) {
                throw new DataException(
                        "output " + directory + " already holds prepared data; choose another directory or remove it");
            }
            Path noteFile = new Path(staging(), NOTE);
            if (fileSystem.exists(noteFile)) {
                requireSame(noteFile, readNote(fileSystem, noteFile), note);
                return;
            }
            if (content.length > 0) {
                Arrays.sort(content);
                throw new DataException("output " + directory + " already holds something else ("
                        + content[0].getPath().getName() + "); choose a new or empty directory");
            }
        }
        fileSystem.mkdirs(staging());
        write(fileSystem, new Path(staging(), NOTE), Json.MAPPER.writeValueAsBytes(note));
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

    /** The moment at which the prepared data comes to be. */
    void commit(Configuration configuration, Manifest manifest) throws IOException {
        byte[] bytes = Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest);
        put(configuration, Manifest.FILE_NAME, bytes);
        FileSystems.of(configuration, directory()).delete(staging(), true);
    }

    /** Removes what the preparation has written; the directory itself stays only if it holds something else. */
    void discard(Configuration configuration) throws IOException {
        FileSystem fileSystem = FileSystems.of(configuration, directory());
        for (Split split : Split.values()) {
            fileSystem.delete(new Path(directory, split.directory()), true);
        }
        fileSystem.delete(new Path(directory, CLASSES), false);
        fileSystem.delete(new Path(directory, QUARANTINE), false);
        fileSystem.delete(staging(), true);
        if (fileSystem.listStatus(directory()).length == 0) {
            fileSystem.delete(directory(), false);
        }
    }

    private static void requireSame(Path noteFile, Map<String, String> before, Map<String, String> now) {
        TreeMap<String, String> all = new TreeMap<>(before);
        all.putAll(now);
        for (String name : all.keySet()) {
            String old = before.getOrDefault(name, "absent");
            String wanted = now.getOrDefault(name, "absent");
            if (!old.equals(wanted)) {
                throw new DataException("output " + noteFile.getParent().getParent()
                        + " holds an unfinished preparation with " + name + " " + old + ", now it is " + wanted
                        + "; use the same or choose another directory");
            }
        }
    }

    private static Map<String, String> readNote(FileSystem fileSystem, Path file) throws IOException {
        try (FSDataInputStream in = fileSystem.open(file)) {
            return Json.MAPPER.readValue(in.readNBytes(1 << 20), new TypeReference<TreeMap<String, String>>() {});
        } catch (JsonProcessingException e) {
            throw new DataException(file + " cannot be read; remove the directory and prepare again", e);
        }
    }

    private static void write(FileSystem fileSystem, Path file, byte[] bytes) throws IOException {
        try (FSDataOutputStream out =
                fileSystem.createFile(file).overwrite(true).build()) {
            out.write(bytes);
            out.hsync();
        }
    }
}
