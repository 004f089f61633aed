package io.dcd.data.prepare;

import java.io.File;
import java.io.IOException;
import org.apache.hadoop.fs.Path;

/**
 * The local file system, except that the first process that is about to give a shard its final name dies, between having written and
 * having committed it. A file beside the folder {@code prepared} tells that this has happened.
 */
public final class DyingFileSystem extends SchemedFileSystem {
    static final String SCHEME = "dying";

    /** The file that tells that a process has died. */
    static File evidence(File prepared) {
        return new File(prepared.getParentFile(), "a-process-died");
    }

    /** Hadoop calls it by name. */
    public DyingFileSystem() {
        super(SCHEME);
    }

    @Override
    public boolean rename(Path source, Path target) throws IOException {
        if (target.getName().endsWith(".parquet")) {
            File prepared = pathToFile(target).getParentFile().getParentFile();
            if (evidence(prepared).createNewFile()) {
                Runtime.getRuntime().halt(PrepareProcess.KILLED);
            }
        }
        return super.rename(source, target);
    }
}
