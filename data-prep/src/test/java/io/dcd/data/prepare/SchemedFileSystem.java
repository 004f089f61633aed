package io.dcd.data.prepare;

import java.net.URI;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The local file system under a scheme of its own, so that a command takes it instead of the usual one. */
abstract class SchemedFileSystem extends RawLocalFileSystem {
    private final String scheme;

    SchemedFileSystem(String scheme) {
        this.scheme = scheme;
    }

    @Override
    public URI getUri() {
        return URI.create(scheme + ":///");
    }

    @Override
    public String getScheme() {
        return scheme;
    }
}
