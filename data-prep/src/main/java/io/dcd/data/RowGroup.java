package io.dcd.data;

import java.io.Serializable;

/**
 * One row group of one shard: the unit in which samples are read. Small and serialisable, so that a task can be told what to read
 * without any pixels travelling.
 *
 * @param split the split it belongs to
 * @param shard the shard's path relative to the prepared directory, such as {@code train/part-00003.parquet}
 * @param index number of the row group within its shard, from 0
 * @param firstRow index of its first sample within the whole split, from 0
 * @param rows number of samples, at least 1
 */
public record RowGroup(Split split, String shard, int index, long firstRow, int rows) implements Serializable {}
