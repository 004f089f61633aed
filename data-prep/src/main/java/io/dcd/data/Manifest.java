package io.dcd.data;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What a prepared directory holds and where it came from. Its file is written last, so a directory with a manifest is complete.
 * It holds no time, no host and no path: the same sources and options give the same bytes.
 *
 * @param format always {@link #FORMAT}
 * @param version version of the format, {@link #VERSION}
 * @param layout layout of the source, such as {@code archives}
 * @param preparation what the result depends on, by name: options, and sizes of what was read
 * @param versions versions of the libraries that influence the bytes, by name
 * @param sources the files that were read
 * @param splits shards and counts, in the order of {@link Split}; only those prepared
 * @param quarantine what was left out and why
 * @param classes the class index file
 */
public record Manifest(
        String format,
        int version,
        String layout,
        Map<String, String> preparation,
        Map<String, String> versions,
        List<Source> sources,
        List<SplitContent> splits,
        Quarantine quarantine,
        ContentFile classes) {
    public static final String FORMAT = "dcd-prepared-images";
    public static final int VERSION = 1;
    public static final String FILE_NAME = "manifest.json";

    /**
     * A file that was read.
     *
     * @param bytes its length
     * @param md5 of the whole file, in hexadecimal; empty if the run was told not to compute it
     * @param official {@code "yes"} if it is byte for byte the file that image-net.org publishes under this name, {@code "no"}, or
     *     {@code "unknown"}
     */
    public record Source(String name, long bytes, String md5, String official) {}

    /**
     * One split.
     *
     * @param rows number of images
     * @param imageBytes total size of the stored images
     * @param recoded images whose stored bytes are not those of the source: resized, or made a common RGB JPEG
     * @param classCounts images per label, in label order
     */
    public record SplitContent(
            Split split, long rows, long imageBytes, long recoded, List<Long> classCounts, List<Shard> shards) {}

    /**
     * One Parquet file.
     *
     * @param path relative to the prepared directory
     * @param imageBytes total size of the stored images
     * @param recoded images whose stored bytes are not those of the source
     * @param rowGroups rows of each row group, in file order
     */
    public record Shard(
            String path, long bytes, String sha256, int rows, long imageBytes, int recoded, List<Integer> rowGroups)
            implements Serializable {}

    /** The images that were refused: a table of them as JSON lines, and how many there are for each reason. */
    public record Quarantine(long images, Map<String, Long> reasons, ContentFile table) {}

    /** A small file beside the shards. */
    public record ContentFile(String path, long bytes, String sha256) {}
}
