package io.dcd.data.shard;

import io.dcd.data.Digests;
import io.dcd.data.Manifest;
import io.dcd.data.file.FileSystems;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;

/**
 * Writes one shard whose row groups have given sizes. Parquet's own writer closes a row group when its memory estimate says so; here
 * the boundaries are part of the plan, so that shards are equal within one row and the same on every run.
 *
 * <p>Images, the first column, are read straight into their page and go to the file page by page, past Parquet's column writers, which
 * would copy each three times and keep a whole row group. The small columns wait in memory for the end of their row group.
 */
public final class ShardWriter implements Closeable {
    /** Bound on the bytes kept of smallest and largest values, which for whole images would mean nothing. */
    private static final int STATISTICS_LENGTH = 64;

    private static final ParquetProperties PROPERTIES = ParquetProperties.builder()
            // Hashes do not repeat.
            .withDictionaryEncoding(ShardSchema.SHA256, false)
            .withColumnIndexTruncateLength(STATISTICS_LENGTH)
            .withStatisticsTruncateLength(STATISTICS_LENGTH)
            .withPageWriteChecksumEnabled(true)
            .withAllocator(HeapByteBufferAllocator.getInstance())
            .build();

    /**
     * A page ends with the image that takes it beyond this size: it is hashed twice and written while in the processor's cache, and
     * arrays of half a megabyte and more cost Java's collector dear.
     */
    private static final int PAGE_BYTES = 1 << 18;

    private static final VarHandle LENGTHS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final List<Integer> rowGroups;
    private final ShardFile file;
    private final ParquetFileWriter writer;
    private final CodecFactory codecs;
    private final MessageDigest digest = Digests.newSha256();

    private ColumnChunkPageWriteStore pages;
    private ColumnWriteStore columns;
    private final List<NewRow> page = new ArrayList<>();
    private int bytesInPage;
    private int rowGroup;
    private int rowsInGroup;
    private long imageBytes;
    private int recoded;

    /**
     * @param path must not exist; its directory must
     * @param rowGroups rows of each row group, all positive
     */
    public ShardWriter(FileSystem fileSystem, Path path, List<Integer> rowGroups) throws IOException {
        this.rowGroups = List.copyOf(rowGroups);
        this.file = new ShardFile(FileSystems.create(fileSystem, path));
        this.writer = new ParquetFileWriter(
                file,
                ShardSchema.SCHEMA,
                ParquetFileWriter.Mode.CREATE,
                Long.MAX_VALUE,
                0,
                STATISTICS_LENGTH,
                STATISTICS_LENGTH,
                true);
        this.codecs = new CodecFactory(fileSystem.getConf(), PROPERTIES.getPageSizeThreshold());
        writer.start();
    }

    /** Takes a row; its image is read before the file ends, in any case before {@link #finish} returns. */
    public void write(NewRow row) throws IOException {
        if (rowGroup == rowGroups.size()) {
            throw new IllegalStateException("the shard is planned to end after row group " + rowGroup);
        }
        if (columns == null) {
            beginRowGroup();
        }
        page.add(row);
        bytesInPage = Math.addExact(bytesInPage, Integer.BYTES + row.bytes());
        if (bytesInPage >= PAGE_BYTES) {
            endPage();
        }
        imageBytes += row.bytes();
        recoded += row.original() ? 0 : 1;
        rowsInGroup++;
        if (rowsInGroup == rowGroups.get(rowGroup)) {
            endRowGroup();
        }
    }

    /**
     * Ends the file and says what it is.
     *
     * @param path as the manifest shall name it
     * @throws IllegalStateException if fewer rows were written than planned
     */
    public Manifest.Shard finish(String path) throws IOException {
        if (rowGroup != rowGroups.size()) {
            throw new IllegalStateException(
                    "row group " + rowGroup + " of " + rowGroups.size() + " has only " + rowsInGroup + " rows");
        }
        file.beginTail();
        writer.end(Map.of());
        long bytes = writer.getPos();
        int rows = rowGroups.stream().mapToInt(Integer::intValue).sum();
        return new Manifest.Shard(path, bytes, file.sha256(), rows, imageBytes, recoded, rowGroups);
    }

    private void beginRowGroup() throws IOException {
        pages = new ColumnChunkPageWriteStore(
                codecs.getCompressor(CompressionCodecName.UNCOMPRESSED),
                ShardSchema.SMALL_COLUMNS,
                PROPERTIES.getAllocator(),
                STATISTICS_LENGTH,
                true);
        columns = PROPERTIES.newColumnWriteStore(ShardSchema.SMALL_COLUMNS, pages, pages);
        int rows = rowGroups.get(rowGroup);
        writer.startBlock(rows);
        writer.startColumn(ShardSchema.column(ShardSchema.IMAGE), rows, CompressionCodecName.UNCOMPRESSED);
    }

    private void endPage() throws IOException {
        if (page.isEmpty()) {
            return;
        }
        byte[] images = new byte[bytesInPage];
        Statistics<?> statistics =
                Statistics.createStats(ShardSchema.column(ShardSchema.IMAGE).getPrimitiveType());
        int offset = 0;
        for (NewRow row : page) {
            // In Parquet's plain encoding a value is its length, the lowest byte first, and its bytes.
            LENGTHS.set(images, offset, row.bytes());
            offset += Integer.BYTES;
            row.image().read(images, offset);
            digest.update(images, offset, row.bytes());
            statistics.updateStats(Binary.fromConstantByteArray(images, offset, row.bytes()));
            writeSmallColumns(row, digest.digest());
            offset += row.bytes();
        }
        writer.writeDataPage(
                page.size(),
                bytesInPage,
                new Page(images),
                statistics,
                page.size(),
                Encoding.RLE,
                Encoding.RLE,
                Encoding.PLAIN);
        page.clear();
        bytesInPage = 0;
    }

    private void writeSmallColumns(NewRow row, byte[] sha256) {
        column(ShardSchema.LABEL).write(row.label(), 0, 0);
        column(ShardSchema.WNID).write(Binary.fromString(row.wnid()), 0, 0);
        column(ShardSchema.NAME).write(Binary.fromString(row.name()), 0, 0);
        column(ShardSchema.WIDTH).write(row.width(), 0, 0);
        column(ShardSchema.HEIGHT).write(row.height(), 0, 0);
        column(ShardSchema.ORIGINAL).write(row.original(), 0, 0);
        column(ShardSchema.SHA256).write(Binary.fromConstantByteArray(sha256), 0, 0);
        columns.endRecord();
    }

    /** Bytes that Parquet may have without copying them. */
    private static final class Page extends BytesInput {
        private final byte[] bytes;

        Page(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void writeAllTo(OutputStream out) throws IOException {
            out.write(bytes);
        }

        @Override
        public byte[] toByteArray() {
            return bytes;
        }

        @Override
        public long size() {
            return bytes.length;
        }
    }

    private void endRowGroup() throws IOException {
        endPage();
        writer.endColumn();
        columns.flush();
        pages.flushToFileWriter(writer);
        writer.endBlock();
        columns.close();
        columns = null;
        pages = null;
        rowsInGroup = 0;
        rowGroup++;
    }

    private ColumnWriter column(String name) {
        return columns.getColumnWriter(ShardSchema.column(name));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
