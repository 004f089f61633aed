package io.dcd.data.source;

import io.dcd.data.ClassIndex;
import io.dcd.data.DataException;
import io.dcd.data.file.FileSystems;
import io.dcd.data.file.Reason;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * A source of images, looked through far enough to know what there is to do.
 *
 * @param layout the layout that was found
 * @param files the archives and tables that are read, with their sizes
 * @param classes every class of the source
 * @param units what the tasks read, in an order that is always the same
 * @param validationLabels labels of the validation images
 */
public record ImageSource(
        SourceLayout layout,
        List<SourceFile> files,
        ClassIndex classes,
        List<ImageUnit> units,
        ValidationLabels validationLabels) {

    /**
     * A file that is read.
     *
     * @param name without its folder
     * @param path where it is
     * @param bytes its length
     * @param modified when it was changed last, in milliseconds; tells a file from one of the same length that has replaced it
     */
    public record SourceFile(String name, String path, long bytes, long modified) implements Serializable {}

    /** Bytes of all units. */
    public long bytes() {
        return units.stream().mapToLong(ImageUnit::bytes).sum();
    }

    /**
     * Reads a byte of each file: what nobody may read is better found out before the tasks begin.
     *
     * @throws DataException if one cannot be read
     */
    public void requireReadable(Configuration configuration) {
        for (SourceFile file : files) {
            Path path = new Path(file.path());
            try (FSDataInputStream in = FileSystems.of(configuration, path).open(path)) {
                in.read();
            } catch (IOException e) {
                throw new DataException(
                        "source file " + path + " cannot be read: " + Reason.of(e) + "; see to its rights", e);
            }
        }
    }

    /** What tells each file and folder that is read from another in its place, by name. */
    public Map<String, String> fingerprints() {
        Map<String, String> fingerprints = new TreeMap<>();
        files.forEach(file -> fingerprints.put(file.name(), file.bytes() + " bytes, changed at " + file.modified()));
        units.stream()
                .filter(unit -> !unit.fingerprint().isEmpty())
                .forEach(unit -> fingerprints.put(unit.name(), unit.fingerprint()));
        return fingerprints;
    }

    static SourceFile file(String name, FileStatus status) {
        return new SourceFile(name, status.getPath().toString(), status.getLen(), status.getModificationTime());
    }
}
