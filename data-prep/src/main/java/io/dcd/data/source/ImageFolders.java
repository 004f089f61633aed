package io.dcd.data.source;

import io.dcd.data.ClassIndex;
import io.dcd.data.DataException;
import io.dcd.data.Split;
import io.dcd.data.source.ImageSource.SourceFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Folders of images: {@code train/<class>/…}, and either {@code val/<class>/…} or a flat {@code val/…} whose labels the development kit
 * knows. The class is the folder's name, whether a wnid or not.
 */
final class ImageFolders {
    static final String TRAINING = "train";
    static final String VALIDATION = "val";

    private ImageFolders() {}

    static ImageSource look(FileSystem fileSystem, Path directory, Set<Split> splits) throws IOException {
        Map<String, FileStatus> training = Map.of();
        Map<String, FileStatus> validation = Map.of();
        if (splits.contains(Split.TRAIN)) {
            training = classFolders(fileSystem, required(fileSystem, directory, TRAINING, "validation"));
            if (training.isEmpty()) {
                throw new DataException(
                        directory + "/" + TRAINING + " holds no folder; it should hold one for each class");
            }
        }
        Optional<Path> validationFolder = Optional.empty();
        if (splits.contains(Split.VALIDATION)) {
            validationFolder = Optional.of(required(fileSystem, directory, VALIDATION, "train"));
            validation = classFolders(fileSystem, validationFolder.get());
        }
        boolean flat = validationFolder.isPresent() && validation.isEmpty();
        List<SourceFile> files = new ArrayList<>();
        Optional<Classification> known = Classification.find(fileSystem, directory, files);
        ClassIndex classes = known.map(Classification::classes).orElse(null);
        if (classes == null) {
            Map<String, String> words = new TreeMap<>();
            training.keySet().forEach(name -> words.put(name, ""));
            validation.keySet().forEach(name -> words.put(name, ""));
            classes = ClassIndex.ofWords(words);
        }
        List<ImageUnit> units = new ArrayList<>();
        addUnits(units, fileSystem, Split.TRAIN, TRAINING, training, classes);
        addUnits(units, fileSystem, Split.VALIDATION, VALIDATION, validation, classes);
        ValidationLabels labels = new ValidationLabels.OfUnits();
        if (flat) {
            units.add(FolderUnit.of(
                    fileSystem, Split.VALIDATION, VALIDATION, ImageUnit.UNKNOWN_LABEL, validationFolder.get()));
            labels = known.orElseThrow(() -> new DataException(directory + "/" + VALIDATION
                            + " is one flat folder, whose labels only " + OfficialArchives.DEVELOPMENT_KIT
                            + " knows; put it into " + directory))
                    .requiredLabels(directory);
        }
        return new ImageSource(SourceLayout.FOLDERS, List.copyOf(files), classes, List.copyOf(units), labels);
    }

    /** The folders within a folder, by name. */
    static Map<String, FileStatus> classFolders(FileSystem fileSystem, Path folder) throws IOException {
        Map<String, FileStatus> folders = new TreeMap<>();
        FileStatus[] content = fileSystem.listStatus(folder);
        Arrays.sort(content, Comparator.comparing(status -> status.getPath().getName()));
        for (FileStatus status : content) {
            if (status.isDirectory()) {
                folders.put(status.getPath().getName(), status);
            }
        }
        if (!folders.isEmpty() && folders.size() < content.length) {
            FileStatus stray = Arrays.stream(content)
                    .filter(FileStatus::isFile)
                    .findFirst()
                    .orElseThrow();
            throw new DataException(folder + " holds class folders and the file "
                    + stray.getPath().getName() + " beside them; move the file away");
        }
        return folders;
    }

    static Path required(FileSystem fileSystem, Path directory, String name, String otherSplit) throws IOException {
        Path folder = new Path(directory, name);
        try {
            if (fileSystem.getFileStatus(folder).isDirectory()) {
                return folder;
            }
            throw new DataException(folder + " is not a folder");
        } catch (FileNotFoundException e) {
            throw new DataException(
                    "the folder " + name + " is missing in " + directory + "; without it use --splits " + otherSplit,
                    e);
        }
    }

    private static void addUnits(
            List<ImageUnit> units,
            FileSystem fileSystem,
            Split split,
            String parent,
            Map<String, FileStatus> folders,
            ClassIndex classes)
            throws IOException {
        for (Map.Entry<String, FileStatus> folder : folders.entrySet()) {
            int label = classes.ofWnid(folder.getKey()).label();
            units.add(FolderUnit.of(
                    fileSystem,
                    split,
                    parent + "/" + folder.getKey(),
                    label,
                    folder.getValue().getPath()));
        }
    }
}
