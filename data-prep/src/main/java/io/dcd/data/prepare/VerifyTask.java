package io.dcd.data.prepare;

import io.dcd.data.ClassIndex;
import io.dcd.data.DataException;
import io.dcd.data.Digests;
import io.dcd.data.Manifest;
import io.dcd.data.RowGroup;
import io.dcd.data.file.BlockHosts;
import io.dcd.data.image.ImageHeader;
import io.dcd.data.image.ImageLimits;
import io.dcd.data.image.RefusedImageException;
import io.dcd.data.shard.ShardRow;
import io.dcd.data.shard.ShardRowReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Reads one shard again and compares it with the manifest, byte by byte and row by row.
 *
 * @param directory the prepared directory
 * @param rowGroups what the manifest says of the shard's row groups
 */
record VerifyTask(String directory, Manifest.Shard shard, ArrayList<RowGroup> rowGroups) implements Serializable {
    /** One shard that is wrong throughout need not be told of row by row. */
    private static final int MAXIMUM_PROBLEMS = 5;

    /**
     * What was found in one shard.
     *
     * @param labels how many images have each label
     * @param problems each names what is wrong; empty if all is well
     */
    record Result(List<Long> labels, List<String> problems) implements Serializable {}

    /** Hosts near the shard, the best first; none if it is missing, which is for {@link #run} to tell. */
    List<String> hosts(BlockHosts blocks) throws IOException {
        try {
            return blocks.of(new Path(directory, shard.path()), 0, shard.bytes());
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    Result run(Configuration configuration, ClassIndex classes) throws IOException {
        long[] labels = new long[classes.size()];
        List<String> problems = new ArrayList<>();
        try {
            String hash = FileHash.of(configuration, new Path(directory, shard.path()), Digests.newSha256());
            if (hash.equals(shard.sha256())) {
                checkRows(configuration, classes, labels, problems);
            } else {
                problems.add(
                        shard.path() + " is damaged: its SHA-256 is " + hash + ", the manifest says " + shard.sha256());
            }
        } catch (FileNotFoundException e) {
            problems.add(shard.path() + " is missing");
        } catch (DataException e) {
            problems.add(e.getMessage());
        }
        return new Result(Arrays.stream(labels).boxed().toList(), problems);
    }

    private void checkRows(Configuration configuration, ClassIndex classes, long[] labels, List<String> problems) {
        MessageDigest digest = Digests.newSha256();
        for (RowGroup rowGroup : rowGroups) {
            try (ShardRowReader rows = ShardRowReader.open(configuration, new Path(directory), rowGroup)) {
                while (rows.hasNext() && problems.size() < MAXIMUM_PROBLEMS) {
                    SparkTasks.stopIfCancelled();
                    ShardRow row = rows.next();
                    String problem = problem(row, digest, classes);
                    if (problem.isEmpty()) {
                        labels[row.label()]++;
                    } else {
                        problems.add(shard.path() + ", image " + row.name() + ": " + problem);
                    }
                }
            }
        }
    }

    private static String problem(ShardRow row, MessageDigest digest, ClassIndex classes) {
        if (!Arrays.equals(digest.digest(row.image()), row.sha256())) {
            return "its SHA-256 is not the one beside it";
        }
        if (row.label() < 0 || row.label() >= classes.size()) {
            return "label " + row.label() + " is not among " + classes.size() + " classes";
        }
        if (!classes.ofLabel(row.label()).wnid().equals(row.wnid())) {
            return "label " + row.label() + " is not the class " + row.wnid();
        }
        try {
            ImageHeader header = ImageHeader.check(row.image(), row.image().length, ImageLimits.NONE);
            boolean same = header.width() == row.width() && header.height() == row.height();
            return same
                    ? ""
                    : "it has " + header.width() + " x " + header.height() + " pixels, not " + row.width() + " x "
                            + row.height();
        } catch (RefusedImageException e) {
            return e.reason() + ", " + e.getMessage();
        }
    }
}
