package io.dcd.data.file;

import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** On which hosts the bytes of files lie, as far as their file system tells: HDFS does, object stores and local disks do not. */
public final class BlockHosts {
    /** As many as HDFS keeps replicas. */
    private static final int MAXIMUM_HOSTS = 3;

    /** What file systems say that know no hosts. */
    private static final String NOWHERE = "localhost";

    private final Configuration configuration;
    private final Map<Path, BlockLocation[]> blocks = new HashMap<>();

    public BlockHosts(Configuration configuration) {
        this.configuration = configuration;
    }

    /** The hosts that hold the most of a range of bytes of a file, the best first; none if nobody knows. */
    public List<String> of(Path file, long start, long bytes) throws IOException {
        Map<String, Long> held = new TreeMap<>();
        for (BlockLocation block : blocks(file)) {
            long shared =
                    Math.min(start + bytes, block.getOffset() + block.getLength()) - Math.max(start, block.getOffset());
            for (String host : block.getHosts()) {
                if (shared > 0 && !host.equals(NOWHERE)) {
                    held.merge(host, shared, Long::sum);
                }
            }
        }
        return held.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(MAXIMUM_HOSTS)
                .map(Map.Entry::getKey)
                .toList();
    }

    private BlockLocation[] blocks(Path file) throws IOException {
        BlockLocation[] known = blocks.get(file);
        if (known == null) {
            FileSystem fileSystem = FileSystems.of(configuration, file);
            FileStatus status = fileSystem.getFileStatus(file);
            known = fileSystem.getFileBlockLocations(status, 0, status.getLen());
            blocks.put(file, known);
        }
        return known;
    }
}
