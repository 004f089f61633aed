package io.dcd.data.shard;

import io.dcd.data.DataException;
import io.dcd.data.RowGroup;
import java.io.Closeable;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.ColumnReader;

/** Streams the whole rows of one row group, for who checks them. Holds one row group in memory; used by one thread. */
public final class ShardRowReader implements Iterator<ShardRow>, Closeable {
    private final RowGroup rowGroup;
    private final RowGroupColumns columns;
    private final ColumnReader image;
    private final ColumnReader label;
    private final ColumnReader wnid;
    private final ColumnReader name;
    private final ColumnReader width;
    private final ColumnReader height;
    private final ColumnReader original;
    private final ColumnReader sha256;
    private int next;

    private ShardRowReader(RowGroup rowGroup, RowGroupColumns columns) {
        this.rowGroup = rowGroup;
        this.columns = columns;
        this.image = columns.column(ShardSchema.IMAGE);
        this.label = columns.column(ShardSchema.LABEL);
        this.wnid = columns.column(ShardSchema.WNID);
        this.name = columns.column(ShardSchema.NAME);
        this.width = columns.column(ShardSchema.WIDTH);
        this.height = columns.column(ShardSchema.HEIGHT);
        this.original = columns.column(ShardSchema.ORIGINAL);
        this.sha256 = columns.column(ShardSchema.SHA256);
    }

    /**
     * Reads a row group of a prepared directory.
     *
     * @throws DataException if the shard is missing, damaged or not the one of the manifest; the message names it
     */
    public static ShardRowReader open(Configuration configuration, Path directory, RowGroup rowGroup) {
        String[] names = ShardSchema.SCHEMA.getFields().stream()
                .map(field -> field.getName())
                .toArray(String[]::new);
        return new ShardRowReader(rowGroup, RowGroupColumns.open(configuration, directory, rowGroup, names));
    }

    @Override
    public boolean hasNext() {
        return next < rowGroup.rows();
    }

    @Override
    public ShardRow next() {
        if (!hasNext()) {
            throw new NoSuchElementException("row group has " + rowGroup.rows() + " rows");
        }
        next++;
        try {
            ShardRow row = new ShardRow(
                    image.getBinary().getBytes(),
                    label.getInteger(),
                    wnid.getBinary().toStringUsingUTF8(),
                    name.getBinary().toStringUsingUTF8(),
                    width.getInteger(),
                    height.getInteger(),
                    original.getBoolean(),
                    sha256.getBinary().getBytes());
            List.of(image, label, wnid, name, width, height, original, sha256).forEach(ColumnReader::consume);
            return row;
        } catch (RuntimeException e) {
            throw columns.damaged(e);
        }
    }

    @Override
    public void close() {
        columns.close();
    }
}
