package io.dcd.data.shard;

import io.dcd.data.Digests;
import io.dcd.data.file.FileSystems;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Collections;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/**
 * The file that Parquet writes a shard to. It is hashed on the way, so that nothing needs to be read back.
 *
 * <p>Its footer is held back and put in order: Parquet lists the encodings of a column in the order of a hash set of enums, which differs
 * from one Java process to the next, whereas a shard must come out the same everywhere.
 */
final class ShardFile implements OutputFile, Closeable {
    /** Length of the footer (4) and magic number (4), after the footer. */
    private static final int TRAILER_BYTES = 8;

    private final FSDataOutputStream out;
    private final MessageDigest digest = Digests.newSha256();
    private ByteArrayOutputStream tail;

    ShardFile(FSDataOutputStream out) {
        this.out = out;
    }

    /** To be called after the last row group: what follows are indexes and the footer. */
    void beginTail() {
        tail = new ByteArrayOutputStream();
    }

    /** SHA-256 of the file, in hexadecimal; to be called once, after Parquet has closed it. */
    String sha256() {
        return Digests.hex(digest.digest());
    }

    @Override
    public PositionOutputStream create(long blockSizeHint) {
        return new Stream();
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) {
        return create(blockSizeHint);
    }

    @Override
    public boolean supportsBlockSize() {
        return false;
    }

    @Override
    public long defaultBlockSize() {
        return 0;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void writeThrough(byte[] bytes, int offset, int length) throws IOException {
        digest.update(bytes, offset, length);
        out.write(bytes, offset, length);
    }

    private void writeTail() throws IOException {
        byte[] bytes = tail.toByteArray();
        ByteBuffer trailer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int footerEnd = bytes.length - TRAILER_BYTES;
        int footerStart = footerEnd - trailer.getInt(footerEnd);
        FileMetaData footer =
                Util.readFileMetaData(new ByteArrayInputStream(bytes, footerStart, footerEnd - footerStart));
        for (RowGroup rowGroup : footer.getRow_groups()) {
            for (ColumnChunk column : rowGroup.getColumns()) {
                Collections.sort(column.getMeta_data().getEncodings());
            }
        }
        ByteArrayOutputStream ordered = new ByteArrayOutputStream();
        Util.writeFileMetaData(footer, ordered);
        trailer.putInt(footerEnd, ordered.size());
        writeThrough(bytes, 0, footerStart);
        writeThrough(ordered.toByteArray(), 0, ordered.size());
        writeThrough(bytes, footerEnd, TRAILER_BYTES);
    }

    private final class Stream extends PositionOutputStream {
        @Override
        public long getPos() {
            return out.getPos() + (tail == null ? 0 : tail.size());
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (tail == null) {
                writeThrough(bytes, offset, length);
            } else {
                tail.write(bytes, offset, length);
            }
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            if (tail != null) {
                writeTail();
                tail = null;
                // The manifest, which counts on it, must not outlive it.
                FileSystems.sync(out);
            }
            out.close();
        }
    }
}
