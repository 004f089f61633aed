package io.dcd.train;

import org.apache.spark.api.java.JavaSparkContext;

/** How many tasks a cluster runs at once. */
public final class TaskSlots {
    private TaskSlots() {}

    /** All cores, divided by those that a task takes ({@code spark.task.cpus}); at least 1. */
    public static int of(JavaSparkContext spark) {
        return Math.max(1, spark.defaultParallelism() / coresPerTask(spark));
    }

    /** {@code spark.task.cpus}. */
    public static int coresPerTask(JavaSparkContext spark) {
        return spark.getConf().getInt("spark.task.cpus", 1);
    }
}
