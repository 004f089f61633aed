package io.dcd.data.prepare;

import io.dcd.data.file.BlockHosts;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A task that reads a part of the source and whose result the staging folder keeps.
 *
 * @param <R> the result, a record that JSON can hold
 */
sealed interface SourceTask<R extends Serializable> extends Serializable permits CheckTask, HashTask {
    /** Hosts near what it reads, the best first. */
    List<String> hosts(BlockHosts blocks) throws IOException;

    /** Names the task's result in the staging folder. */
    String key();

    Class<R> resultType();

    R run(Configuration configuration) throws IOException;

    /** As {@link #run}, unless the staging folder holds the result already. */
    default R runOnce(Configuration configuration, OutputDirectory output) throws IOException {
        Path file = new Path(output.results(), key());
        Optional<R> before = StagedResults.read(configuration, file, resultType());
        if (before.isPresent()) {
            return before.get();
        }
        R result = run(configuration);
        StagedResults.write(configuration, file, result);
        return result;
    }
}
