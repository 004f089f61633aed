package io.dcd.data.prepare;

/**
 * How large shards and row groups may grow, in bytes and in rows, whichever bound is met first. The means over a split stay below the
 * byte bounds; no row group is larger than twice its bound unless a single image is.
 *
 * @param rowGroupBytes what a reader holds in memory at a time
 * @param rowGroupRows bounds the rows of a row group where images are small
 * @param shardBytes size of a file
 * @param shardRows bounds the rows of a file where images are small
 */
public record ShardLimits(long rowGroupBytes, int rowGroupRows, long shardBytes, int shardRows) {
    /**
     * Row groups of 16 MiB or 512 rows: about 150 full-size images, one read that keeps a disk or an object store busy, and yet a
     * dozen of them fit into the memory of a decoding executor; 8,500 of them in ImageNet can be dealt to any number of workers.
     * Shards of 120 MiB or 8,192 rows: each fits into one HDFS block of 128 MiB, and ImageNet becomes about 1,200 files.
     */
    public static final ShardLimits DEFAULT = new ShardLimits(16 << 20, 512, 120 << 20, 8192);

    public ShardLimits {
        if (rowGroupBytes < 1 || rowGroupRows < 1 || shardBytes < rowGroupBytes || shardRows < rowGroupRows) {
            throw new IllegalArgumentException("shard limits must be positive, and a shard's not below a row group's: "
                    + rowGroupBytes + " bytes and " + rowGroupRows + " rows for a row group, " + shardBytes
                    + " bytes and "
                    + shardRows + " rows for a shard");
        }
    }
}
