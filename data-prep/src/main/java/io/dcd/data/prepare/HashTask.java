package io.dcd.data.prepare;

import io.dcd.data.Digests;
import io.dcd.data.file.BlockHosts;
import io.dcd.data.source.ImageSource.SourceFile;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Computes the MD5 of one source file, the hash that image-net.org publishes. */
record HashTask(SourceFile file) implements SourceTask<HashTask.Result> {
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
        return new Result(FileHash.of(configuration, new Path(file.path()), Digests.newMd5()));
    }
}
