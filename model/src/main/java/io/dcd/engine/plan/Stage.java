package io.dcd.engine.plan;

import java.util.List;

/**
 * Tasks that run one after another on one slice of the batch, then on the next. What only they read and write never
 * exists for more than a slice, so that it stays in cache.
 *
 * @param kind what the tasks work on
 * @param tasks in the order in which they run
 */
record Stage(Kind kind, List<Task> tasks) {
    /** What the tasks of a stage work on, which decides how large its slices are. */
    enum Kind {
        /** Feature maps: slices small enough to stay in cache. */
        MAPS,
        /** One vector for each sample: a thread's whole share of the batch at once, so that products are large. */
        VECTORS
    }

    Stage {
        tasks = List.copyOf(tasks);
    }

    /** Whether it ends in a barrier, behind which the sums over the batch are combined. */
    boolean reduces() {
        return tasks.stream().anyMatch(task -> task.phase().reduces());
    }

    boolean backward() {
        return tasks.get(0).phase().backward();
    }
}
