package io.dcd.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A prepared directory, opened by its manifest: what it holds is known without touching a shard. */
public final class PreparedData {
    /** Far above the manifest of ImageNet (about 400 kB); a bound on what an untrusted file may make us allocate. */
    private static final int MAXIMUM_JSON_BYTES = 256 << 20;

    private final Path directory;
    private final Manifest manifest;
    private final String fingerprint;
    private final ClassIndex classIndex;

    private PreparedData(Path directory, Manifest manifest, String fingerprint, ClassIndex classIndex) {
        this.directory = directory;
        this.manifest = manifest;
        this.fingerprint = fingerprint;
        this.classIndex = classIndex;
    }

    /** One split: its size and its row groups in order. */
    public record SplitData(Split split, long rows, List<RowGroup> rowGroups) {}

    /**
     * Opens a directory that {@code dcd prep} wrote.
     *
     * @throws DataException if it holds no manifest, or one that cannot be read
     */
    public static PreparedData open(Configuration configuration, Path directory) {
        try {
            FileSystem fileSystem = directory.getFileSystem(configuration);
            byte[] bytes = readSmallFile(fileSystem, new Path(directory, Manifest.FILE_NAME));
            Manifest manifest = parse(directory, bytes);
            Path classesFile = new Path(directory, manifest.classes().path());
            byte[] classes = readClasses(fileSystem, classesFile);
            if (!Digests.sha256(classes).equals(manifest.classes().sha256())) {
                throw new DataException(
                        classesFile + " differs from what the manifest states; run the same `dcd prep` again");
            }
            ClassIndex classIndex = ClassIndex.of(List.of(Json.MAPPER.readValue(classes, ImageClass[].class)));
            // A path made of a URI may end in a slash, which no other path does.
            Path plain = new Path(directory.toString());
            return new PreparedData(plain, manifest, Digests.sha256(bytes), classIndex);
        } catch (FileNotFoundException e) {
            throw new DataException(
                    directory + " holds no prepared data (no " + Manifest.FILE_NAME
                            + "); run `dcd prep --source ARCHIVES --output " + directory + "` to its end first",
                    e);
        } catch (IOException e) {
            throw new DataException("cannot read the prepared data in " + directory + ": " + e.getMessage(), e);
        }
    }

    /**
     * The manifest of a directory, whatever has become of the other files.
     *
     * @throws DataException if it cannot be read as one
     */
    public static Manifest readManifest(Configuration configuration, Path directory) throws IOException {
        FileSystem fileSystem = directory.getFileSystem(configuration);
        return parse(directory, readSmallFile(fileSystem, new Path(directory, Manifest.FILE_NAME)));
    }

    public Path directory() {
        return directory;
    }

    public Manifest manifest() {
        return manifest;
    }

    public ClassIndex classIndex() {
        return classIndex;
    }

    /** SHA-256 of the manifest file in hexadecimal: it pins every shard, since the manifest holds their hashes. */
    public String fingerprint() {
        return fingerprint;
    }

    /** @throws DataException if this split was not prepared */
    public SplitData split(Split split) {
        Manifest.SplitContent content = manifest.splits().stream()
                .filter(each -> each.split() == split)
                .findFirst()
                .orElseThrow(() -> new DataException(directory + " holds no " + split.directory()
                        + " images; prepare it from a source that has them"));
        List<RowGroup> rowGroups = new ArrayList<>();
        long firstRow = 0;
        for (Manifest.Shard shard : content.shards()) {
            for (int i = 0; i < shard.rowGroups().size(); i++) {
                int rows = shard.rowGroups().get(i);
                rowGroups.add(new RowGroup(split, shard.path(), i, firstRow, rows));
                firstRow += rows;
            }
        }
        return new SplitData(split, content.rows(), List.copyOf(rowGroups));
    }

    private static Manifest parse(Path directory, byte[] bytes) throws IOException {
        Path file = new Path(directory, Manifest.FILE_NAME);
        Manifest manifest;
        try {
            manifest = Json.MAPPER.readValue(bytes, Manifest.class);
        } catch (JsonProcessingException e) {
            throw new DataException(
                    file + " is not a manifest of prepared data: " + e.getOriginalMessage() + "; remove " + directory
                            + " and prepare the data again with `dcd prep`",
                    e);
        }
        if (!Manifest.FORMAT.equals(manifest.format()) || manifest.version() != Manifest.VERSION) {
            throw new DataException(file + " has format " + manifest.format() + " version " + manifest.version()
                    + ", this program reads " + Manifest.FORMAT + " version " + Manifest.VERSION
                    + "; prepare the data again with `dcd prep`");
        }
        return manifest;
    }

    private static byte[] readClasses(FileSystem fileSystem, Path file) throws IOException {
        try {
            return readSmallFile(fileSystem, file);
        } catch (FileNotFoundException e) {
            throw new DataException(file + " is missing; run the same `dcd prep` again", e);
        }
    }

    private static byte[] readSmallFile(FileSystem fileSystem, Path file) throws IOException {
        long length = fileSystem.getFileStatus(file).getLen();
        if (length > MAXIMUM_JSON_BYTES) {
            throw new DataException(file + " has " + length + " bytes, more than any that `dcd prep` writes");
        }
        byte[] bytes = new byte[(int) length];
        try (FSDataInputStream in = fileSystem.open(file)) {
            in.readFully(0, bytes);
        }
        return bytes;
    }
}
