package io.dcd.data.source;

import io.dcd.data.ClassIndex;
import io.dcd.data.DataException;
import io.dcd.data.Split;
import io.dcd.data.source.ImageSource.SourceFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The archives as image-net.org publishes them: a training tar that holds a tar for each class, a flat validation tar, and the
 * development kit.
 */
public final class OfficialArchives {
    public static final String TRAINING = "ILSVRC2012_img_train.tar";
    public static final String VALIDATION = "ILSVRC2012_img_val.tar";
    public static final String DEVELOPMENT_KIT = "ILSVRC2012_devkit_t12.tar.gz";

    /** Published beside the archives. */
    private static final Map<String, String> OFFICIAL_MD5 = Map.of(
            TRAINING, "1d675b47d978889d74fa0da5fadfb00e",
            VALIDATION, "29b22e2961454d5413ddabcf34fc5622",
            DEVELOPMENT_KIT, "fa75699e90414af021442c21a62c3abf");

    private static final Pattern INNER_TAR = Pattern.compile("(n\\d{8})\\.tar");

    private OfficialArchives() {}

    /** The images that the official archives hold. */
    public static long officialImages(Split split) {
        return switch (split) {
            case TRAIN -> 1_281_167;
            case VALIDATION -> 50_000;
        };
    }

    /** Whether a file is the one that image-net.org publishes under this name. */
    public static boolean isOfficial(String name, String md5) {
        return md5.equals(OFFICIAL_MD5.get(name));
    }

    static ImageSource look(FileSystem fileSystem, Path directory, Set<Split> splits) throws IOException {
        List<SourceFile> files = new ArrayList<>();
        List<InnerTar> innerTars = List.of();
        Optional<SourceFile> validation = Optional.empty();
        if (splits.contains(Split.TRAIN)) {
            SourceFile training = required(fileSystem, directory, TRAINING, "without it use --splits validation");
            files.add(training);
            innerTars = innerTars(fileSystem, training);
        }
        if (splits.contains(Split.VALIDATION)) {
            validation = Optional.of(required(fileSystem, directory, VALIDATION, "without it use --splits train"));
            files.add(validation.get());
        }
        Optional<Classification> known = Classification.find(fileSystem, directory, files);
        ValidationLabels labels = new ValidationLabels.OfUnits();
        if (validation.isPresent()) {
            labels = known.orElseThrow(() -> new DataException(DEVELOPMENT_KIT + " is missing in " + directory
                            + "; put it there (it holds the classes of the validation images), or use --splits train"))
                    .requiredLabels(directory);
        }
        ClassIndex classes = known.map(Classification::classes).orElse(null);
        if (classes == null) {
            Map<String, String> words = new TreeMap<>();
            innerTars.forEach(inner -> words.put(inner.wnid(), ""));
            classes = ClassIndex.ofWords(words);
        }
        List<ImageUnit> units = new ArrayList<>();
        validation.ifPresent(file -> units.add(
                new ArchiveUnit(Split.VALIDATION, VALIDATION, ImageUnit.UNKNOWN_LABEL, file.path(), 0, file.bytes())));
        for (InnerTar inner : innerTars) {
            if (!classes.contains(inner.wnid())) {
                throw new DataException(TRAINING + " holds " + inner.wnid() + ".tar, but "
                        + known.map(Classification::origin).orElse("")
                        + " knows no such class; the two do not belong together");
            }
            int label = classes.ofWnid(inner.wnid()).label();
            String name = TRAINING + "/" + inner.wnid() + ".tar";
            String file = files.get(0).path();
            units.add(new ArchiveUnit(Split.TRAIN, name, label, file, inner.offset(), inner.bytes()));
        }
        return new ImageSource(SourceLayout.ARCHIVES, List.copyOf(files), classes, List.copyOf(units), labels);
    }

    private record InnerTar(String wnid, long offset, long bytes) {}

    private static List<InnerTar> innerTars(FileSystem fileSystem, SourceFile training) throws IOException {
        Map<String, InnerTar> found = new TreeMap<>();
        try (FSDataInputStream in = fileSystem.open(new Path(training.path()))) {
            TarEntries.visit(in::readFully, TRAINING, 0, training.bytes(), (name, offset, size) -> {
                Matcher matcher = INNER_TAR.matcher(name);
                if (!matcher.matches()) {
                    throw new DataException(TRAINING + ": unexpected entry " + name
                            + "; it should hold one archive n########.tar for each class");
                }
                if (found.put(matcher.group(1), new InnerTar(matcher.group(1), offset, size)) != null) {
                    throw new DataException(TRAINING + " holds " + name + " twice");
                }
            });
        }
        if (found.isEmpty()) {
            throw new DataException(TRAINING + " holds no classes; fetch it again and compare its MD5");
        }
        return List.copyOf(found.values());
    }

    private static SourceFile required(FileSystem fileSystem, Path directory, String name, String remedy)
            throws IOException {
        try {
            FileStatus status = fileSystem.getFileStatus(new Path(directory, name));
            return ImageSource.file(name, status);
        } catch (FileNotFoundException e) {
            throw new DataException(name + " is missing in " + directory + "; put it there (" + remedy + ")", e);
        }
    }
}
