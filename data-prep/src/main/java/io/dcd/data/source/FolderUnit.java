package io.dcd.data.source;

import io.dcd.data.DataException;
import io.dcd.data.Digests;
import io.dcd.data.Split;
import io.dcd.data.file.BlockHosts;
import io.dcd.data.file.FileSystems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
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
 * @param fingerprint hash over names, sizes and times of change of its files
 */
record FolderUnit(Split split, String name, int label, String folder, long bytes, String fingerprint)
        implements ImageUnit {
    static FolderUnit of(FileSystem fileSystem, Split split, String name, int label, Path folder) throws IOException {
        MessageDigest digest = Digests.newSha256();
        long bytes = 0;
        for (FileStatus file : sortedFiles(fileSystem, folder)) {
            String line = file.getPath().getName() + "\0" + file.getLen() + "\0" + file.getModificationTime() + "\n";
            digest.update(line.getBytes(StandardCharsets.UTF_8));
            bytes += file.isFile() ? file.getLen() : 0;
        }
        String path = fileSystem.makeQualified(folder).toString();
        return new FolderUnit(split, name, label, path, bytes, Digests.hex(digest.digest()));
    }

    /** Each of its files lies somewhere else. */
    @Override
    public List<String> hosts(BlockHosts blocks) {
        return List.of();
    }

    @Override
    public String fileOf(String imageName) {
        return new Path(folder, imageName).toString();
    }

    @Override
    public void visit(Configuration configuration, Visitor visitor) throws IOException {
        Path path = new Path(folder);
        FileSystem fileSystem = FileSystems.of(configuration, path);
        for (FileStatus file : sortedFiles(fileSystem, path)) {
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

    private static FileStatus[] sortedFiles(FileSystem fileSystem, Path folder) throws IOException {
        FileStatus[] files = fileSystem.listStatus(folder);
        Arrays.sort(files, Comparator.comparing(file -> file.getPath().getName()));
        return files;
    }
}
