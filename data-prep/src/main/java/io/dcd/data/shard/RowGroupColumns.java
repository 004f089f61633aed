package io.dcd.data.shard;

import io.dcd.data.DataException;
import io.dcd.data.RowGroup;
import io.dcd.data.file.Reason;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Some columns of one row group, in memory, every page's checksum checked. Used by one thread. */
final class RowGroupColumns implements Closeable {
    private final Path file;
    private final ParquetFileReader parquet;
    private final ColumnReadStoreImpl columns;

    private RowGroupColumns(Path file, ParquetFileReader parquet, RowGroup rowGroup, MessageType schema)
            throws IOException {
        this.file = file;
        this.parquet = parquet;
        parquet.setRequestedSchema(schema);
        int rowGroups = parquet.getRowGroups().size();
        long rows = rowGroup.index() < rowGroups
                ? parquet.getRowGroups().get(rowGroup.index()).getRowCount()
                : 0;
        if (rows != rowGroup.rows()) {
            throw new DataException(file + ": row group " + rowGroup.index() + " has " + rows
                    + " rows, the manifest says " + rowGroup.rows() + "; prepare the data again with `dcd prep`");
        }
        this.columns = new ColumnReadStoreImpl(
                parquet.readRowGroup(rowGroup.index()),
                new NoConverters(),
                schema,
                parquet.getFileMetaData().getCreatedBy());
    }

    /**
     * @param directory the prepared directory
     * @param names of the columns to read
     * @throws DataException if the shard is missing, damaged or not the one of the manifest; the message names it
     */
    static RowGroupColumns open(Configuration configuration, Path directory, RowGroup rowGroup, String... names) {
        Path file = new Path(directory, rowGroup.shard());
        List<Type> types = Arrays.stream(names).map(ShardSchema.SCHEMA::getType).toList();
        ParquetReadOptions options =
                ParquetReadOptions.builder().usePageChecksumVerification().build();
        ParquetFileReader parquet = null;
        try {
            parquet = ParquetFileReader.open(HadoopInputFile.fromPath(file, configuration), options);
            return new RowGroupColumns(file, parquet, rowGroup, new MessageType(ShardSchema.SCHEMA.getName(), types));
        } catch (FileNotFoundException e) {
            throw new DataException(
                    file + " is missing, though the manifest names it; run the same `dcd prep` again", e);
        } catch (IOException | RuntimeException e) {
            closeAfter(parquet, e);
            throw e instanceof DataException known ? known : damaged(file, e);
        }
    }

    ColumnReader column(String name) {
        return columns.getColumnReader(ShardSchema.column(name));
    }

    /** What to throw when a column reader fails. */
    DataException damaged(Exception cause) {
        return damaged(file, cause);
    }

    @Override
    public void close() {
        try {
            parquet.close();
        } catch (IOException e) {
            throw damaged(e);
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
                file + " cannot be read as a shard (" + Reason.of(cause) + "); check it with `dcd verify`", cause);
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
