package io.dcd.data.source;

import io.dcd.data.ClassIndex;
import io.dcd.data.DataException;
import io.dcd.data.Split;
import io.dcd.data.source.ImageSource.SourceFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The layout of Tiny ImageNet: {@code train/<wnid>/images/*.JPEG}; {@code val/images/*.JPEG} with {@code val/val_annotations.txt}, whose
 * lines begin with a file name and a wnid; {@code words.txt} with a wnid and words in each line.
 */
final class TinyImageNet {
    static final String ANNOTATIONS = "val/val_annotations.txt";
    private static final String IMAGES = "images";
    private static final String WORDS = "words.txt";
    /** {@code words.txt} has 2.7 MB, {@code val_annotations.txt} 0.4 MB. */
    private static final int MAXIMUM_TABLE_BYTES = 64 << 20;

    private TinyImageNet() {}

    static ImageSource look(FileSystem fileSystem, Path directory, Set<Split> splits) throws IOException {
        List<SourceFile> files = new ArrayList<>();
        Path trainingFolder = ImageFolders.required(fileSystem, directory, ImageFolders.TRAINING, "validation");
        Map<String, FileStatus> training = ImageFolders.classFolders(fileSystem, trainingFolder);
        ClassIndex classes = classes(fileSystem, directory, training, files);
        List<ImageUnit> units = new ArrayList<>();
        if (splits.contains(Split.TRAIN)) {
            for (Map.Entry<String, FileStatus> folder : training.entrySet()) {
                units.add(ImageFolders.unit(
                        fileSystem,
                        Split.TRAIN,
                        ImageFolders.TRAINING + "/" + folder.getKey() + "/" + IMAGES,
                        classes.ofWnid(folder.getKey()).label(),
                        new Path(folder.getValue().getPath(), IMAGES)));
            }
        }
        ValidationLabels labels = new ValidationLabels.OfUnits();
        if (splits.contains(Split.VALIDATION)) {
            Path images = ImageFolders.required(fileSystem, directory, ImageFolders.VALIDATION + "/" + IMAGES, "train");
            units.add(ImageFolders.unit(
                    fileSystem,
                    Split.VALIDATION,
                    ImageFolders.VALIDATION + "/" + IMAGES,
                    ImageUnit.UNKNOWN_LABEL,
                    images));
            labels = annotations(fileSystem, directory, classes, files);
        }
        return new ImageSource(SourceLayout.TINY_IMAGENET, List.copyOf(files), classes, List.copyOf(units), labels);
    }

    private static ClassIndex classes(
            FileSystem fileSystem, Path directory, Map<String, FileStatus> training, List<SourceFile> files)
            throws IOException {
        Map<String, String> words = new TreeMap<>();
        training.keySet().forEach(wnid -> words.put(wnid, ""));
        if (fileSystem.exists(new Path(directory, WORDS))) {
            for (String[] fields : table(fileSystem, directory, WORDS, files)) {
                words.computeIfPresent(fields[0], (wnid, nothing) -> fields[1]);
            }
        }
        return ClassIndex.ofWords(words);
    }

    private static ValidationLabels annotations(
            FileSystem fileSystem, Path directory, ClassIndex classes, List<SourceFile> files) throws IOException {
        Map<String, Integer> labels = new HashMap<>();
        for (String[] fields : table(fileSystem, directory, ANNOTATIONS, files)) {
            labels.put(fields[0], classes.ofWnid(fields[1]).label());
        }
        return new ValidationLabels.OfNames(labels, ANNOTATIONS);
    }

    private static List<String[]> table(FileSystem fileSystem, Path directory, String name, List<SourceFile> files)
            throws IOException {
        Path file = new Path(directory, name);
        try (FSDataInputStream in = fileSystem.open(file)) {
            byte[] bytes = in.readNBytes(MAXIMUM_TABLE_BYTES);
            files.add(new SourceFile(
                    name,
                    fileSystem.makeQualified(file).toString(),
                    fileSystem.getFileStatus(file).getLen()));
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
}
