package io.dcd.data.prepare;

import io.dcd.data.file.FileSystems;
import java.io.Closeable;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/** Keeps the source file that was read last open, since a split's images mostly lie in one archive. */
final class SourceFiles implements Closeable {
    private final Configuration configuration;
    private String name;
    private FSDataInputStream stream;

    SourceFiles(Configuration configuration) {
        this.configuration = configuration;
    }

    FSDataInputStream open(String file) throws IOException {
        if (!file.equals(name)) {
            close();
            Path path = new Path(file);
            stream = FileSystems.of(configuration, path).open(path);
            name = file;
        }
        return stream;
    }

    @Override
    public void close() throws IOException {
        if (stream != null) {
            stream.close();
            stream = null;
            name = null;
        }
    }
}
