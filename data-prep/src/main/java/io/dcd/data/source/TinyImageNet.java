package io.dcd.data.source;

import io.dcd.data.ClassIndex;
import io.dcd.data.Split;
import io.dcd.data.source.ImageSource.SourceFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

    private TinyImageNet() {}

    static ImageSource look(FileSystem fileSystem, Path directory, Set<Split> splits) throws IOException {
        List<SourceFile> files = new ArrayList<>();
        Path trainingFolder = ImageFolders.required(fileSystem, directory, ImageFolders.TRAINING, "validation");
        Map<String, FileStatus> training = ImageFolders.classFolders(fileSystem, trainingFolder);
        ClassIndex classes = classes(fileSystem, directory, training, files);
        List<ImageUnit> units = new ArrayList<>();
        if (splits.contains(Split.TRAIN)) {
            for (Map.Entry<String, FileStatus> folder : training.entrySet()) {
                units.add(FolderUnit.of(
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
            units.add(FolderUnit.of(
                    fileSystem,
                    Split.VALIDATION,
                    ImageFolders.VALIDATION + "/" + IMAGES,
                    ImageUnit.UNKNOWN_LABEL,
                    images));
            labels = Classification.labelsByName(fileSystem, directory, ANNOTATIONS, classes, files);
        }
        return new ImageSource(SourceLayout.TINY_IMAGENET, List.copyOf(files), classes, List.copyOf(units), labels);
    }

    private static ClassIndex classes(
            FileSystem fileSystem, Path directory, Map<String, FileStatus> training, List<SourceFile> files)
            throws IOException {
        Map<String, String> words = new TreeMap<>();
        training.keySet().forEach(wnid -> words.put(wnid, ""));
        if (fileSystem.exists(new Path(directory, WORDS))) {
            for (String[] fields : Classification.table(fileSystem, directory, WORDS, files)) {
                words.computeIfPresent(fields[0], (wnid, nothing) -> fields[1]);
            }
        }
        return ClassIndex.ofWords(words);
    }
}
