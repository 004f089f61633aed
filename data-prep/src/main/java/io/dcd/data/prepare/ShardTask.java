package io.dcd.data.prepare;

import io.dcd.data.ClassIndex;
import io.dcd.data.Manifest;
import io.dcd.data.file.FileSystems;
import io.dcd.data.image.ImageRecoder;
import io.dcd.data.image.ImageRecoder.Recoded;
import io.dcd.data.shard.NewRow;
import io.dcd.data.shard.ShardWriter;
import io.dcd.data.source.ImageUnit;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    /** What all shards of a preparation share. */
    record Context(OutputDirectory output, List<ImageUnit> units, ClassIndex classes, Recoding recoding)
            implements Serializable {}

    long bytes() {
        return images.stream().mapToLong(CheckedImage::bytes).sum();
    }

    Manifest.Shard run(Configuration configuration, Context context) throws IOException {
        Path target = new Path(context.output().directory(), path);
        Path report = context.output().shardResult(path);
        FileSystem fileSystem = FileSystems.of(configuration, target);
        Optional<Manifest.Shard> before = StagedResults.read(configuration, report, Manifest.Shard.class);
        if (before.isPresent()
                && before.get().rowGroups().equals(rowGroups)
                && hasLength(fileSystem, target, before.get().bytes())) {
            return before.get();
        }
        Path temporary = new Path(context.output().staging(), path.replace('/', '-') + "." + UUID.randomUUID());
        try {
            Manifest.Shard shard = write(configuration, context, fileSystem, temporary);
            // Whatever lies there is not known to be right, but goes only when this one takes its place: an attempt
            // that
            // comes late, after the commit, has lost its temporary file and must leave the other's shard alone.
            FileSystems.replace(fileSystem, temporary, target);
            StagedResults.write(configuration, report, shard);
            return shard;
        } finally {
            fileSystem.delete(temporary, false);
        }
    }

    private Manifest.Shard write(Configuration configuration, Context context, FileSystem fileSystem, Path temporary)
            throws IOException {
        try (ShardWriter writer = new ShardWriter(fileSystem, temporary, rowGroups);
                SourceFiles sources = new SourceFiles(configuration);
                ImageRecoder recoder = new ImageRecoder(context.recoding().quality())) {
            for (CheckedImage image : images) {
                SparkTasks.stopIfCancelled();
                boolean original = !image.odd() && !context.recoding().shrinks(image);
                writer.write(original ? original(image, context, sources) : recoded(image, context, sources, recoder));
            }
            return writer.finish(path);
        }
    }

    private static NewRow original(CheckedImage image, Context context, SourceFiles sources) {
        return new NewRow(
                (target, offset) -> read(image, context, sources, target, offset),
                image.bytes(),
                image.label(),
                wnid(image, context),
                image.name(),
                image.width(),
                image.height(),
                true);
    }

    private static NewRow recoded(CheckedImage image, Context context, SourceFiles sources, ImageRecoder recoder)
            throws IOException {
        byte[] original = new byte[image.bytes()];
        read(image, context, sources, original, 0);
        Recoded stored = context.recoding().shrinks(image)
                ? recoder.shrink(original, context.recoding().shorterSide())
                : recoder.recode(original);
        byte[] bytes = stored.image();
        return new NewRow(
                (target, offset) -> System.arraycopy(bytes, 0, target, offset, bytes.length),
                bytes.length,
                image.label(),
                wnid(image, context),
                image.name(),
                stored.width(),
                stored.height(),
                false);
    }

    private static String wnid(CheckedImage image, Context context) {
        return context.classes().ofLabel(image.label()).wnid();
    }

    private static void read(CheckedImage image, Context context, SourceFiles sources, byte[] target, int offset)
            throws IOException {
        FSDataInputStream in = sources.open(context.units().get(image.unit()).fileOf(image.name()));
        // A read at an offset: neither HDFS nor object stores then prepare for reading on.
        in.readFully(image.offset(), target, offset, image.bytes());
    }

    private static boolean hasLength(FileSystem fileSystem, Path file, long bytes) throws IOException {
        if (!fileSystem.exists(file)) {
            return false;
        }
        FileStatus status = fileSystem.getFileStatus(file);
        return status.isFile() && status.getLen() == bytes;
    }
}
