package io.dcd.data.prepare;

import java.io.IOException;
import java.io.Serializable;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** One of the tasks of the pass that reads the source. */
sealed interface SourceTask extends Serializable permits CheckTask, HashTask {
    /** What a task found. */
    sealed interface Result extends Serializable permits CheckTask.Result, HashTask.Result {}

    /** Bytes to read, for ordering the work. */
    long bytes();

    /** Names the task's result in the staging folder. */
    String key();

    Class<? extends Result> resultType();

    Result run(Configuration configuration) throws IOException;

    /** As {@link #run}, unless the staging folder holds the result already. */
    default Result runOnce(Configuration configuration, OutputDirectory output) throws IOException {
        Path file = new Path(output.results(), key());
        Optional<? extends Result> before = StagedResults.read(configuration, file, resultType());
        if (before.isPresent()) {
            return before.get();
        }
        Result result = run(configuration);
        StagedResults.write(configuration, file, result);
        return result;
    }
}
