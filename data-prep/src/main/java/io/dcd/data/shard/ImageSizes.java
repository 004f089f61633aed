package io.dcd.data.shard;

import io.dcd.data.DataException;
import io.dcd.data.RowGroup;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.ColumnReader;

/**
 * Width and height in pixels of the images of one row group, in stored order; read without the images.
 *
 * @param widths one for each row
 * @param heights one for each row
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ImageSizes(int[] widths, int[] heights) {
    /** @throws DataException if the shard is missing, damaged or not the one of the manifest; the message names it */
    public static ImageSizes read(Configuration configuration, Path directory, RowGroup rowGroup) {
        try (RowGroupColumns columns =
                RowGroupColumns.open(configuration, directory, rowGroup, ShardSchema.WIDTH, ShardSchema.HEIGHT)) {
            return new ImageSizes(
                    integers(columns, ShardSchema.WIDTH, rowGroup.rows()),
                    integers(columns, ShardSchema.HEIGHT, rowGroup.rows()));
        }
    }

    private static int[] integers(RowGroupColumns columns, String name, int rows) {
        ColumnReader column = columns.column(name);
        int[] values = new int[rows];
        try {
            for (int i = 0; i < rows; i++) {
                values[i] = column.getInteger();
                column.consume();
            }
            return values;
        } catch (RuntimeException e) {
            throw columns.damaged(e);
        }
    }
}
