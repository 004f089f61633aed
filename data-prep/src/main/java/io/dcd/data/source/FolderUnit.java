package io.dcd.data.source;

import io.dcd.data.DataException;
import io.dcd.data.FileSystems;
import io.dcd.data.Split;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A folder of image files.
 *
 * @param folder where it is
 * @param bytes of all its files
 */
record FolderUnit(Split split, String name, int label, String folder, long bytes) implements ImageUnit {
    @Override
    public String fileOf(String imageName) {
        return new Path(folder, imageName).toString();
    }

    @Override
    public void visit(Configuration configuration, Visitor visitor) throws IOException {
        Path path = new Path(folder);
        FileSystem fileSystem = FileSystems.of(configuration, path);
        FileStatus[] files = fileSystem.listStatus(path);
        Arrays.sort(files, Comparator.comparing(file -> file.getPath().getName()));
        for (FileStatus file : files) {
            if (!file.isFile()) {
                throw new DataException(name + " holds the folder "
                        + file.getPath().getName() + " where only image files are expected");
            }
            String fileName = file.getPath().getName();
            visitor.image(fileName, 0, file.getLen(), (buffer, length) -> {
                try (FSDataInputStream in = fileSystem.open(file.getPath())) {
                    in.readFully(0, buffer, 0, length);
                }
            });
        }
    }
}
