package io.dcd.deploy;

import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;

/** A small Spark job, submitted by the tests: prints how many executors took part and the sum of the first squares. */
public final class ExecutorCount {
    private ExecutorCount() {}

    public static void main(String[] arguments) {
        int executors = Integer.parseInt(arguments[0]);
        // All executors must have registered before the only stage is scheduled.
        SparkConf conf = new SparkConf()
                .set("spark.scheduler.minRegisteredResourcesRatio", "1.0")
                .set("spark.scheduler.maxRegisteredResourcesWaitingTime", "10min");
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            var numbers = spark.parallelize(IntStream.range(0, 64).boxed().toList(), 16);
            long seen = numbers.map(number -> SparkEnv.get().executorId())
                    .distinct()
                    .count();
            int sum = numbers.map(number -> number * number).reduce(Integer::sum);
            System.out.println("executors " + seen + " of " + executors + ", sum " + sum);
        }
    }
}
