package io.dcd.data.prepare;

import io.dcd.data.Digests;
import io.dcd.data.file.BlockHosts;
import io.dcd.data.file.FileSystems;
import io.dcd.data.source.ImageSource.SourceFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.security.MessageDigest;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Computes the MD5 of one source file, the hash that image-net.org publishes. */
record HashTask(SourceFile file) implements SourceTask<HashTask.Result> {
    /** Stays in the processor's cache between being read and being hashed. */
    private static final int BUFFER_BYTES = 1 << 17;

    /** The hash in hexadecimal. */
    record Result(String md5) implements Serializable {}

    @Override
    public List<String> hosts(BlockHosts blocks) throws IOException {
        return blocks.of(new Path(file.path()), 0, file.bytes());
    }

    @Override
    public String key() {
        return "hashed-" + file.name().replace('/', '-') + ".json";
    }

    @Override
    public Class<Result> resultType() {
        return Result.class;
    }

    @Override
    public Result run(Configuration configuration) throws IOException {
        MessageDigest digest = Digests.newMd5();
        Path path = new Path(file.path());
        try (InputStream in = FileSystems.of(configuration, path).open(path, BUFFER_BYTES)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                SparkTasks.stopIfCancelled();
                digest.update(buffer, 0, count);
            }
        }
        return new Result(Digests.hex(digest.digest()));
    }
}
