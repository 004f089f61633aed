package io.dcd.data.shard;

import io.dcd.data.DataException;
import io.dcd.data.RowGroup;
import io.dcd.data.Sample;
import java.io.Closeable;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.ColumnReader;

/**
 * Streams the samples of one row group, in stored order. Reads only the columns a sample needs, checks every page's checksum, and holds
 * one row group in memory. Used by one thread.
 */
public final class RowGroupReader implements Iterator<Sample>, Closeable {
    private final RowGroup rowGroup;
    private final RowGroupColumns columns;
    private final ColumnReader images;
    private final ColumnReader labels;
    private final ColumnReader names;
    private int next;

    private RowGroupReader(RowGroup rowGroup, RowGroupColumns columns) {
        this.rowGroup = rowGroup;
        this.columns = columns;
        this.images = columns.column(ShardSchema.IMAGE);
        this.labels = columns.column(ShardSchema.LABEL);
        this.names = columns.column(ShardSchema.NAME);
    }

    /**
     * Reads a row group of a prepared directory.
     *
     * @param directory the prepared directory
     * @throws DataException if the shard is missing, damaged or not the one of the manifest; the message names it
     */
    public static RowGroupReader open(Configuration configuration, Path directory, RowGroup rowGroup) {
        RowGroupColumns columns = RowGroupColumns.open(
                configuration, directory, rowGroup, ShardSchema.IMAGE, ShardSchema.LABEL, ShardSchema.NAME);
        return new RowGroupReader(rowGroup, columns);
    }

    @Override
    public boolean hasNext() {
        return next < rowGroup.rows();
    }

    @Override
    public Sample next() {
        if (!hasNext()) {
            throw new NoSuchElementException("row group has " + rowGroup.rows() + " rows");
        }
        try {
            byte[] image = images.getBinary().getBytes();
            int label = labels.getInteger();
            String name = names.getBinary().toStringUsingUTF8();
            images.consume();
            labels.consume();
            names.consume();
            return new Sample(rowGroup.firstRow() + next++, image, label, name);
        } catch (RuntimeException e) {
            throw columns.damaged(e);
        }
    }

    @Override
    public void close() {
        columns.close();
    }
}
