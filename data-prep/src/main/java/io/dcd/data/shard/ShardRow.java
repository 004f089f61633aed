package io.dcd.data.shard;

/**
 * One row as it is stored.
 *
 * @param image encoded bytes
 * @param original whether these are the bytes of the source
 * @param sha256 hash of {@code image}, 32 bytes
 */
@SuppressWarnings("ArrayRecordComponent") // rows are streamed, never compared
public record ShardRow(
        byte[] image, int label, String wnid, String name, int width, int height, boolean original, byte[] sha256) {}
