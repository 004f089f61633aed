package io.dcd.data.source;

import io.dcd.data.ClassIndex;
import io.dcd.data.DataException;
import io.dcd.data.source.ImageSource.SourceFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What is known of the classes beside the images: from the development kit, or from plain tables in its place: {@code classes.tsv} with
 * a wnid and words in each line, {@code validation.tsv} with a file name and a wnid, fields separated by a tab.
 *
 * @param origin what messages call it
 * @param classes all classes
 * @param validationLabels labels of validation images; empty if it has none
 */
record Classification(String origin, ClassIndex classes, Optional<ValidationLabels> validationLabels) {
    static final String CLASSES_TABLE = "classes.tsv";
    static final String VALIDATION_TABLE = "validation.tsv";
    /** Far above any such table: ImageNet's largest has 2.7 MB. */
    private static final int MAXIMUM_TABLE_BYTES = 64 << 20;

    /**
     * Looks for the development kit, then for the tables.
     *
     * @param files receives what has been read
     */
    static Optional<Classification> find(FileSystem fileSystem, Path directory, List<SourceFile> files)
            throws IOException {
        Path kit = new Path(directory, OfficialArchives.DEVELOPMENT_KIT);
        if (fileSystem.exists(kit)) {
            files.add(sourceFile(fileSystem, directory, OfficialArchives.DEVELOPMENT_KIT));
            return Optional.of(DevelopmentKit.read(fileSystem, kit));
        }
        if (!fileSystem.exists(new Path(directory, CLASSES_TABLE))) {
            return Optional.empty();
        }
        Map<String, String> words = new TreeMap<>();
        for (String[] fields : table(fileSystem, directory, CLASSES_TABLE, files)) {
            words.put(fields[0], fields[1]);
        }
        ClassIndex classes = ClassIndex.ofWords(words);
        Optional<ValidationLabels> labels = Optional.empty();
        if (fileSystem.exists(new Path(directory, VALIDATION_TABLE))) {
            labels = Optional.of(labelsByName(fileSystem, directory, VALIDATION_TABLE, classes, files));
        }
        return Optional.of(new Classification(CLASSES_TABLE, classes, labels));
    }

    /**
     * The labels of validation images, which only this can know.
     *
     * @throws DataException if it does not
     */
    ValidationLabels requiredLabels(Path directory) {
        return validationLabels.orElseThrow(() -> new DataException(VALIDATION_TABLE + " is missing in " + directory
                + "; it should hold a file name and a wnid in each line, as " + CLASSES_TABLE + " holds the classes"));
    }

    /** A table whose lines begin with a file name and a wnid. */
    static ValidationLabels labelsByName(
            FileSystem fileSystem, Path directory, String name, ClassIndex classes, List<SourceFile> files)
            throws IOException {
        Map<String, Integer> labels = new HashMap<>();
        for (String[] fields : table(fileSystem, directory, name, files)) {
            labels.put(fields[0], classes.ofWnid(fields[1]).label());
        }
        return new ValidationLabels.OfNames(labels, name);
    }

    /**
     * The lines of a table, each with at least two fields.
     *
     * @throws DataException if it is missing or a line has fewer
     */
    static List<String[]> table(FileSystem fileSystem, Path directory, String name, List<SourceFile> files)
            throws IOException {
        Path file = new Path(directory, name);
        try (FSDataInputStream in = fileSystem.open(file)) {
            byte[] bytes = in.readNBytes(MAXIMUM_TABLE_BYTES);
            files.add(sourceFile(fileSystem, directory, name));
            List<String[]> rows = new ArrayList<>();
            for (String line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
                String[] fields = line.split("\t");
                if (fields.length < 2) {
                    throw new DataException(
                            file + ", line " + (rows.size() + 1) + ": expected two fields separated by a tab");
                }
                rows.add(fields);
            }
            return rows;
        } catch (FileNotFoundException e) {
            throw new DataException(name + " is missing in " + directory, e);
        }
    }

    private static SourceFile sourceFile(FileSystem fileSystem, Path directory, String name) throws IOException {
        FileStatus status = fileSystem.getFileStatus(new Path(directory, name));
        return ImageSource.file(name, status);
    }
}
