package io.dcd.data.source;

import io.dcd.data.DataException;
import io.dcd.data.Split;
import io.dcd.data.file.FileSystems;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The ways in which people keep ImageNet. */
public enum SourceLayout {
    /** The archives of image-net.org. */
    ARCHIVES("archives", "the archives ILSVRC2012_img_train.tar and ILSVRC2012_img_val.tar") {
        @Override
        boolean fits(FileSystem fileSystem, Path directory) throws IOException {
            return fileSystem.exists(new Path(directory, OfficialArchives.TRAINING))
                    || fileSystem.exists(new Path(directory, OfficialArchives.VALIDATION));
        }

        @Override
        ImageSource look(FileSystem fileSystem, Path directory, Set<Split> splits) throws IOException {
            return OfficialArchives.look(fileSystem, directory, splits);
        }
    },
    /** Tiny ImageNet: {@code train/<wnid>/images}, {@code val/images} with {@code val/val_annotations.txt}. */
    TINY_IMAGENET("tiny-imagenet", "folders train/<wnid>/images and val/images with val/val_annotations.txt") {
        @Override
        boolean fits(FileSystem fileSystem, Path directory) throws IOException {
            return fileSystem.exists(new Path(directory, TinyImageNet.ANNOTATIONS));
        }

        @Override
        ImageSource look(FileSystem fileSystem, Path directory, Set<Split> splits) throws IOException {
            return TinyImageNet.look(fileSystem, directory, splits);
        }
    },
    /** A folder for each class: {@code train/<class>}, and {@code val/<class>} or a flat {@code val} with the development kit. */
    FOLDERS("folders", "folders train/<class> and val/<class>, or a flat val with ILSVRC2012_devkit_t12.tar.gz") {
        @Override
        boolean fits(FileSystem fileSystem, Path directory) throws IOException {
            return fileSystem.exists(new Path(directory, ImageFolders.TRAINING))
                    || fileSystem.exists(new Path(directory, ImageFolders.VALIDATION));
        }

        @Override
        ImageSource look(FileSystem fileSystem, Path directory, Set<Split> splits) throws IOException {
            return ImageFolders.look(fileSystem, directory, splits);
        }
    };

    private final String title;
    private final String description;

    SourceLayout(String title, String description) {
        this.title = title;
        this.description = description;
    }

    /** As options and the manifest call it. */
    public String title() {
        return title;
    }

    /** What a directory of this layout holds. */
    public String description() {
        return description;
    }

    abstract boolean fits(FileSystem fileSystem, Path directory) throws IOException;

    abstract ImageSource look(FileSystem fileSystem, Path directory, Set<Split> splits) throws IOException;

    /**
     * Looks into a directory of this layout: reads what tells classes and labels, and the headers of nested archives.
     *
     * @param splits the splits that are wanted, not empty
     * @throws DataException if something that these splits need is missing, truncated or damaged
     */
    public ImageSource open(Configuration configuration, Path directory, Set<Split> splits) throws IOException {
        return look(FileSystems.of(configuration, directory), directory, splits);
    }

    /**
     * Recognises the layout of a directory.
     *
     * @throws DataException if it is none of those known
     */
    public static SourceLayout recognise(Configuration configuration, Path directory) throws IOException {
        FileSystem fileSystem = FileSystems.of(configuration, directory);
        for (SourceLayout layout : values()) {
            if (layout.fits(fileSystem, directory)) {
                return layout;
            }
        }
        throw new DataException("source " + directory + " " + content(fileSystem, directory) + "; expected one of: "
                + Arrays.stream(values()).map(SourceLayout::description).collect(Collectors.joining("; ")));
    }

    private static String content(FileSystem fileSystem, Path directory) throws IOException {
        try {
            FileStatus[] files = fileSystem.listStatus(directory);
            if (files.length == 0) {
                return "is empty";
            }
            if (files.length == 1 && fileSystem.getFileStatus(directory).isFile()) {
                return "is a file, not a directory";
            }
            Arrays.sort(files);
            return "holds "
                    + Arrays.stream(files)
                            .limit(3)
                            .map(file -> file.getPath().getName())
                            .collect(Collectors.joining(", "))
                    + (files.length > 3 ? ", …" : "");
        } catch (FileNotFoundException e) {
            return "does not exist";
        }
    }
}
