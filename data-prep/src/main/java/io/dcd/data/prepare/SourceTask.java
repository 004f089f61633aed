package io.dcd.data.prepare;

import java.io.IOException;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;

/** One of the tasks of the pass that reads the source. */
sealed interface SourceTask extends Serializable permits CheckTask, HashTask {
    /** What a task found. */
    sealed interface Result extends Serializable permits CheckTask.Result, HashTask.Result {}

    Result run(Configuration configuration) throws IOException;
}
