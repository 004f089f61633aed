package io.dcd.train;

import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;

/** How many tasks a cluster runs at once. */
public final class TaskSlots {
    private TaskSlots() {}

    /** On the executors that are there, by the cores and other resources that a task takes; at least 1. */
    public static int of(JavaSparkContext spark) {
        // Not defaultParallelism: that is a setting, and 2 on the one core of a cluster.
        SparkContext context = spark.sc();
        return Math.max(
                1,
                context.maxNumConcurrentTasks(context.resourceProfileManager().defaultResourceProfile()));
    }

    /** {@code spark.task.cpus}. */
    public static int coresPerTask(JavaSparkContext spark) {
        return spark.getConf().getInt("spark.task.cpus", 1);
    }
}
