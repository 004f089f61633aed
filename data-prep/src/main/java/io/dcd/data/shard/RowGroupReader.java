package io.dcd.data.shard;

import io.dcd.data.DataException;
import io.dcd.data.RowGroup;
import io.dcd.data.Sample;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;

/**
 * Streams the samples of one row group, in stored order. Reads only the columns a sample needs, checks every page's checksum, and holds
 * one row group in memory. Used by one thread.
 */
public final class RowGroupReader implements Iterator<Sample>, Closeable {
    private static final MessageType COLUMNS = new MessageType(
            ShardSchema.SCHEMA.getName(),
            ShardSchema.SCHEMA.getType(ShardSchema.IMAGE),
            ShardSchema.SCHEMA.getType(ShardSchema.LABEL),
            ShardSchema.SCHEMA.getType(ShardSchema.NAME));

    private final Path file;
    private final RowGroup rowGroup;
    private final ParquetFileReader parquet;
    private final ColumnReader images;
    private final ColumnReader labels;
    private final ColumnReader names;
    private int next;

    private RowGroupReader(Path file, RowGroup rowGroup, ParquetFileReader parquet) throws IOException {
        this.file = file;
        this.rowGroup = rowGroup;
        this.parquet = parquet;
        parquet.setRequestedSchema(COLUMNS);
        int rowGroups = parquet.getRowGroups().size();
        long rows = rowGroup.index() < rowGroups
                ? parquet.getRowGroups().get(rowGroup.index()).getRowCount()
                : 0;
        if (rows != rowGroup.rows()) {
            throw new DataException(file + ": row group " + rowGroup.index() + " has " + rows
                    + " rows, the manifest says " + rowGroup.rows() + "; prepare the data again with `dcd prep`");
        }
        PageReadStore pages = parquet.readRowGroup(rowGroup.index());
        ColumnReadStoreImpl columns = new ColumnReadStoreImpl(
                pages, new NoConverters(), COLUMNS, parquet.getFileMetaData().getCreatedBy());
        images = columns.getColumnReader(ShardSchema.column(ShardSchema.IMAGE));
        labels = columns.getColumnReader(ShardSchema.column(ShardSchema.LABEL));
        names = columns.getColumnReader(ShardSchema.column(ShardSchema.NAME));
    }

    /**
     * Reads a row group of a prepared directory.
     *
     * @param directory the prepared directory
     * @throws DataException if the shard is missing, damaged or not the one of the manifest; the message names it
     */
    public static RowGroupReader open(Configuration configuration, Path directory, RowGroup rowGroup) {
        Path file = new Path(directory, rowGroup.shard());
        ParquetReadOptions options =
                ParquetReadOptions.builder().usePageChecksumVerification().build();
        ParquetFileReader parquet = null;
        try {
            parquet = ParquetFileReader.open(HadoopInputFile.fromPath(file, configuration), options);
            return new RowGroupReader(file, rowGroup, parquet);
        } catch (FileNotFoundException e) {
            throw new DataException(file + " is missing, though the manifest names it; prepare the data again", e);
        } catch (IOException | RuntimeException e) {
            closeAfter(parquet, e);
            throw e instanceof DataException known ? known : damaged(file, e);
        }
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
            throw damaged(file, e);
        }
    }

    @Override
    public void close() {
        try {
            parquet.close();
        } catch (IOException e) {
            throw damaged(file, e);
        }
    }

    private static void closeAfter(ParquetFileReader parquet, Exception failure) {
        if (parquet != null) {
            try {
                parquet.close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
    }

    private static DataException damaged(Path file, Exception cause) {
        return new DataException(
                file + " cannot be read as a shard (" + cause.getMessage() + "); check it with `dcd verify`", cause);
    }

    /** Values are taken from the column readers directly; Parquet still asks for a converter for each column. */
    private static final class NoConverters extends GroupConverter {
        private static final Converter UNUSED = new PrimitiveConverter() {};

        @Override
        public Converter getConverter(int fieldIndex) {
            return UNUSED;
        }

        @Override
        public void start() {}

        @Override
        public void end() {}
    }
}
