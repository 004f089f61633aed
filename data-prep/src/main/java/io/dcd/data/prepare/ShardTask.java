package io.dcd.data.prepare;

import io.dcd.data.ClassIndex;
import io.dcd.data.Digests;
import io.dcd.data.FileSystems;
import io.dcd.data.Manifest;
import io.dcd.data.shard.ShardRow;
import io.dcd.data.shard.ShardWriter;
import java.io.IOException;
import java.io.Serializable;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Writes one shard: fetches its images from wherever they lie in the source. It writes under a name of its own and renames at the end,
 * so that attempts never meet and a shard is whole or absent; every attempt writes the same bytes.
 *
 * @param path of the shard, relative to the prepared directory
 * @param rowGroups rows of each row group
 * @param images in order
 */
record ShardTask(String path, List<Integer> rowGroups, ArrayList<CheckedImage> images) implements Serializable {

    long bytes() {
        return images.stream().mapToLong(CheckedImage::bytes).sum();
    }

    Manifest.Shard run(Configuration configuration, OutputDirectory output, ClassIndex classes) throws IOException {
        Path temporary = new Path(output.staging(), path.replace('/', '-') + "." + UUID.randomUUID());
        FileSystem fileSystem = FileSystems.of(configuration, temporary);
        try {
            Manifest.Shard shard = write(configuration, fileSystem, temporary, classes);
            publish(fileSystem, temporary, new Path(output.directory(), path), shard.bytes());
            return shard;
        } finally {
            fileSystem.delete(temporary, false);
        }
    }

    private Manifest.Shard write(Configuration configuration, FileSystem fileSystem, Path temporary, ClassIndex classes)
            throws IOException {
        MessageDigest digest = Digests.newSha256();
        try (ShardWriter writer = new ShardWriter(fileSystem, temporary, rowGroups);
                SourceFiles sources = new SourceFiles(configuration)) {
            for (CheckedImage image : images) {
                byte[] bytes = new byte[image.bytes()];
                FSDataInputStream in = sources.open(image.file());
                in.seek(image.offset());
                in.readFully(bytes);
                String wnid = classes.ofLabel(image.label()).wnid();
                writer.write(new ShardRow(
                        bytes, image.label(), wnid, image.name(), image.width(), image.height(), digest.digest(bytes)));
            }
            return writer.finish(path);
        }
    }

    private static void publish(FileSystem fileSystem, Path temporary, Path target, long bytes) throws IOException {
        if (fileSystem.exists(target)) {
            FileStatus existing = fileSystem.getFileStatus(target);
            if (existing.isFile() && existing.getLen() == bytes) {
                return;
            }
            fileSystem.delete(target, false);
        }
        if (!fileSystem.rename(temporary, target)) {
            throw new IOException("cannot rename " + temporary + " to " + target);
        }
    }
}
