package io.dcd.data.source;

import io.dcd.data.Split;
import io.dcd.data.file.BlockHosts;
import io.dcd.data.file.FileSystems;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/**
 * A tar of images, or such a tar within a tar.
 *
 * @param file the file that holds it
 * @param start byte offset of the archive within the file
 * @param bytes length of the archive
 */
record ArchiveUnit(Split split, String name, int label, String file, long start, long bytes) implements ImageUnit {
    /** About one image of ImageNet: the archive is read in one stream, headers and images alike. */
    private static final int BUFFER_BYTES = 1 << 17;

    @Override
    public String fingerprint() {
        return "";
    }

    @Override
    public List<String> hosts(BlockHosts blocks) throws IOException {
        return blocks.of(new Path(file), start, bytes);
    }

    @Override
    public String fileOf(String imageName) {
        return file;
    }

    @Override
    public void visit(Configuration configuration, Visitor visitor) throws IOException {
        Path path = new Path(file);
        try (FSDataInputStream in = FileSystems.of(configuration, path).open(path, BUFFER_BYTES)) {
            TarEntries.visit(
                    (position, bytes) -> {
                        in.seek(position);
                        in.readFully(bytes);
                    },
                    name,
                    start,
                    start + bytes,
                    (entry, offset, size) -> visitor.image(entry, offset, size, (buffer, length) -> {
                        in.seek(offset);
                        in.readFully(buffer, 0, length);
                    }));
        }
    }
}
