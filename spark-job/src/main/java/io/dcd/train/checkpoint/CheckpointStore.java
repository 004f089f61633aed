package io.dcd.train.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.dcd.data.Digests;
import io.dcd.data.file.SyncedFile;
import io.dcd.train.checkpoint.CheckpointManifest.TensorFile;
import io.dcd.vector.Vectors;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The checkpoints of a run: one directory each, {@code step-00001234}, that holds a manifest and raw tensors. A checkpoint is written
 * under another name, synced and renamed, so it is whole or absent; the newest is the one with the highest step, whatever the clocks say.
 */
public final class CheckpointStore {
    private static final Pattern NAME = Pattern.compile("step-(\\d{8,18})");
    /** Begins the name of a checkpoint that is being written or deleted; Hadoop's listings hide such names. */
    private static final String UNFINISHED = "_unfinished-";
    /** Far above any manifest; a bound on what a foreign file may make us allocate. */
    private static final int MAXIMUM_MANIFEST_BYTES = 16 << 20;

    private static final String PARAMETERS = "parameters";
    private static final String VELOCITY = "velocity";
    private static final String OUTER_STEP = "outer-step";
    private static final String MOVING_AVERAGE = "moving-average";

    private final FileSystem fileSystem;
    private final Path directory;

    /** The checkpoints in {@code directory}, which need not exist yet. */
    public CheckpointStore(FileSystem fileSystem, Path directory) {
        this.fileSystem = fileSystem;
        this.directory = directory;
    }

    /**
     * Writes a checkpoint and deletes the oldest beyond {@code keep}. One that is there already is left as it is.
     *
     * @param permission throws if another writer has taken over; asked before the checkpoint appears or others are deleted
     */
    public void save(Checkpoint checkpoint, int keep, Runnable permission) {
        Path target = path(checkpoint.progress().step());
        try {
            if (fileSystem.exists(target)) {
                requireManifest(target);
                permission.run();
            } else {
                create(checkpoint, target, permission);
            }
            prune(keep);
        } catch (IOException e) {
            // A writer that took over has deleted what this one was writing.
            permission.run();
            throw new CheckpointException("cannot write the checkpoint " + target + ": " + e.getMessage(), e);
        }
    }

    private void create(Checkpoint checkpoint, Path target, Runnable permission) throws IOException {
        Path unfinished = new Path(directory, UNFINISHED + UUID.randomUUID());
        boolean created = false;
        try {
            require(fileSystem.mkdirs(unfinished), "create", unfinished);
            List<TensorFile> tensors = new ArrayList<>();
            for (Map.Entry<String, float[]> vector : vectors(checkpoint.state()).entrySet()) {
                tensors.add(write(unfinished, vector.getKey(), vector.getValue()));
            }
            SyncedFile.write(
                    fileSystem,
                    new Path(unfinished, CheckpointManifest.FILE_NAME),
                    CheckpointManifest.JSON.writeValueAsBytes(manifest(checkpoint, tensors)));
            permission.run();
            require(fileSystem.rename(unfinished, target), "rename " + unfinished + " to", target);
            created = true;
        } finally {
            if (!created) {
                discard(unfinished);
            }
        }
    }

    /** Deletes what could not be finished, if that works; whoever writes here next does it otherwise. */
    private void discard(Path unfinished) {
        try {
            fileSystem.delete(unfinished, true);
        } catch (IOException e) {
            // What went wrong before is on its way to the caller.
        }
    }

    /** The steps of all checkpoints, in order. */
    public List<Long> steps() {
        try {
            List<Long> steps = new ArrayList<>();
            for (FileStatus status : fileSystem.listStatus(directory)) {
                Matcher matcher = NAME.matcher(status.getPath().getName());
                if (status.isDirectory() && matcher.matches()) {
                    steps.add(Long.parseLong(matcher.group(1)));
                }
            }
            steps.sort(Comparator.naturalOrder());
            return steps;
        } catch (FileNotFoundException e) {
            return List.of();
        } catch (IOException e) {
            throw new CheckpointException("cannot list the checkpoints in " + directory + ": " + e.getMessage(), e);
        }
    }

    /**
     * The checkpoint with the highest step, if there is any.
     *
     * @throws CheckpointException if it is damaged: an older one is never taken silently
     */
    public Optional<Checkpoint> newest() {
        List<Long> steps = steps();
        return steps.isEmpty() ? Optional.empty() : Optional.of(load(steps.get(steps.size() - 1)));
    }

    /** The checkpoint of a step. */
    public Checkpoint load(long step) {
        Path path = path(step);
        try {
            CheckpointManifest manifest = readManifest(path);
            float[] parameters = read(path, manifest.tensor(PARAMETERS, path.toString()));
            ModelState state = new ModelState(
                    manifest.progress(),
                    parameters,
                    read(path, manifest.tensor(VELOCITY, path.toString())),
                    readIfKept(path, manifest, OUTER_STEP),
                    readIfKept(path, manifest, MOVING_AVERAGE));
            boolean alike = vectors(state).values().stream().allMatch(vector -> vector.length == parameters.length);
            if (manifest.progress().step() != step || !alike) {
                throw damaged(path, "its manifest contradicts its name or itself");
            }
            RunIdentity identity = new RunIdentity(manifest.dataFingerprint(), manifest.classes(), manifest.settings());
            return new Checkpoint(identity, state);
        } catch (FileNotFoundException e) {
            throw damaged(path, "a file is missing: " + e.getMessage());
        } catch (IOException e) {
            throw new CheckpointException("cannot read the checkpoint " + path + ": " + e.getMessage(), e);
        }
    }

    /** Deletes the checkpoint of a step. */
    public void delete(long step) {
        try {
            retire(step);
        } catch (IOException e) {
            throw new CheckpointException("cannot delete the checkpoint " + path(step) + ": " + e.getMessage(), e);
        }
    }

    /** Deletes what writers left that did not finish. Only the one driver of a run may call this. */
    public void deleteUnfinished() {
        try {
            for (FileStatus status : fileSystem.listStatus(directory)) {
                if (status.getPath().getName().startsWith(UNFINISHED)) {
                    fileSystem.delete(status.getPath(), true);
                }
            }
        } catch (FileNotFoundException e) {
            // No checkpoint was ever begun.
        } catch (IOException e) {
            throw new CheckpointException("cannot tidy " + directory + ": " + e.getMessage(), e);
        }
    }

    /** The directory's name of the checkpoint after {@code step} steps. */
    static String name(long step) {
        return String.format(Locale.ROOT, "step-%08d", step);
    }

    private Path path(long step) {
        return new Path(directory, name(step));
    }

    private void requireManifest(Path target) throws IOException {
        if (!fileSystem.exists(new Path(target, CheckpointManifest.FILE_NAME))) {
            throw new CheckpointException(target + " is in the way and no checkpoint; delete it");
        }
    }

    private void prune(int keep) throws IOException {
        List<Long> steps = steps();
        for (long step : steps.subList(0, Math.max(0, steps.size() - keep))) {
            retire(step);
        }
    }

    private void retire(long step) throws IOException {
        // Renamed first, so that a deletion that is cut short leaves no half checkpoint behind.
        Path doomed = new Path(directory, UNFINISHED + UUID.randomUUID());
        require(fileSystem.rename(path(step), doomed), "retire", path(step));
        fileSystem.delete(doomed, true);
    }

    private static CheckpointManifest manifest(Checkpoint checkpoint, List<TensorFile> tensors) {
        RunIdentity identity = checkpoint.identity();
        StringBuilder settings = new StringBuilder();
        identity.sortedSettings()
                .forEach((key, value) ->
                        settings.append(key).append('=').append(value).append('\n'));
        return new CheckpointManifest(
                CheckpointManifest.FORMAT,
                CheckpointManifest.VERSION,
                identity.settings().getOrDefault("network.name", ""),
                identity.classes(),
                identity.sortedSettings(),
                Digests.sha256(settings.toString().getBytes(StandardCharsets.UTF_8)),
                identity.data(),
                checkpoint.progress(),
                tensors);
    }

    /** The vectors that a state keeps, by name. */
    private static Map<String, float[]> vectors(ModelState state) {
        Map<String, float[]> vectors = new LinkedHashMap<>();
        vectors.put(PARAMETERS, state.parameters());
        vectors.put(VELOCITY, state.velocity());
        vectors.put(OUTER_STEP, state.outerStep());
        vectors.put(MOVING_AVERAGE, state.movingAverage());
        vectors.values().removeIf(vector -> vector.length == 0);
        return vectors;
    }

    private float[] readIfKept(Path path, CheckpointManifest manifest, String name) throws IOException {
        Optional<TensorFile> tensor = manifest.tensor(name);
        return tensor.isPresent() ? read(path, tensor.get()) : new float[0];
    }

    private TensorFile write(Path parent, String name, float[] values) throws IOException {
        byte[] bytes = Vectors.toBytes(values);
        String file = name + ".f32";
        SyncedFile.write(fileSystem, new Path(parent, file), bytes);
        return new TensorFile(name, file, values.length, Digests.sha256(bytes));
    }

    private CheckpointManifest readManifest(Path path) throws IOException {
        Path file = new Path(path, CheckpointManifest.FILE_NAME);
        long length = fileSystem.getFileStatus(file).getLen();
        if (length > MAXIMUM_MANIFEST_BYTES) {
            throw damaged(path, "its manifest has " + length + " bytes");
        }
        try {
            return CheckpointManifest.parse(read(file, (int) length), path.toString());
        } catch (JsonProcessingException e) {
            throw damaged(path, "its manifest cannot be read: " + e.getOriginalMessage());
        }
    }

    private float[] read(Path parent, TensorFile tensor) throws IOException {
        if (!tensor.file().equals(tensor.name() + ".f32")) {
            throw damaged(parent, "its manifest names the file " + tensor.file());
        }
        Path file = new Path(parent, tensor.file());
        long length = fileSystem.getFileStatus(file).getLen();
        if (tensor.elements() < 0
                || tensor.elements() > Integer.MAX_VALUE / Float.BYTES
                || length != tensor.elements() * Float.BYTES) {
            throw damaged(
                    parent,
                    "%s has %d bytes, its manifest lists %d values"
                            .formatted(tensor.file(), length, tensor.elements()));
        }
        byte[] bytes = read(file, (int) length);
        if (!Digests.sha256(bytes).equals(tensor.sha256())) {
            throw damaged(parent, tensor.file() + " does not have the SHA-256 that its manifest lists");
        }
        return Vectors.toFloats(bytes);
    }

    private byte[] read(Path file, int length) throws IOException {
        byte[] bytes = new byte[length];
        try (FSDataInputStream in = fileSystem.open(file)) {
            in.readFully(0, bytes);
        }
        return bytes;
    }

    private static void require(boolean done, String verb, Path path) throws IOException {
        if (!done) {
            throw new IOException("the file system refused to " + verb + " " + path);
        }
    }

    private static CheckpointException damaged(Path path, String reason) {
        return new CheckpointException(
                "the checkpoint " + path + " is damaged: " + reason + "; delete it to go on from the one before");
    }
}
