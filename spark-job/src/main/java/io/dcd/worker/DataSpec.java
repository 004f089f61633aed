package io.dcd.worker;

import io.dcd.data.RowGroup;
import io.dcd.settings.DataSettings;
import java.io.Serializable;
import java.util.List;

/**
 * Where images come from and how they are read ahead.
 *
 * @param directory the prepared directory
 * @param rowGroups all row groups of the split, in order
 * @param decodeThreads threads of one task that decode
 * @param prefetchBatches batches that may be decoded ahead of the one in use
 * @param cacheBytes encoded images that a process keeps
 */
public record DataSpec(
        String directory, List<RowGroup> rowGroups, int decodeThreads, int prefetchBatches, long cacheBytes)
        implements Serializable {
    public DataSpec {
        rowGroups = List.copyOf(rowGroups);
    }

    /** The row groups of one split, read as the settings say. */
    public static DataSpec of(DataSettings settings, String directory, List<RowGroup> rowGroups) {
        return new DataSpec(
                directory,
                rowGroups,
                settings.decodeThreads(),
                settings.prefetchBatches(),
                (long) settings.cacheMebibytes() << 20);
    }
}
