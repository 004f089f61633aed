package io.dcd.data.prepare;

import io.dcd.data.DataException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import scala.Function2;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/** Runs a list of independent pieces of work as one Spark job, a task each, and hands over each result as it comes. */
final class SparkTasks {
    /** Work that runs on an executor. */
    interface Work<T, R> extends Serializable {
        R run(T task, Configuration configuration) throws IOException;
    }

    /** A task's result, or what is wrong with the data: that must not be tried again as a machine's failure would be. */
    private sealed interface Outcome<R extends Serializable> extends Serializable {
        record Done<R extends Serializable>(R result) implements Outcome<R> {}

        record Refused<R extends Serializable>(String message) implements Outcome<R> {}
    }

    private final JavaSparkContext spark;
    private final Broadcast<SerializableConfiguration> configuration;

    SparkTasks(JavaSparkContext spark) {
        this.spark = spark;
        this.configuration = spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
    }

    /**
     * @param description what the Spark UI shows
     * @param onResult called one call at a time, in the order in which tasks end
     * @throws DataException the first one that a task threw
     */
    <T extends Serializable, R extends Serializable> void run(
            String description, List<T> tasks, Work<T, R> work, BiConsumer<T, R> onResult) {
        if (tasks.isEmpty()) {
            return;
        }
        AtomicReference<DataException> refusal = new AtomicReference<>();
        Broadcast<SerializableConfiguration> shipped = configuration;
        Function2<TaskContext, Iterator<T>, Outcome<R>> onExecutor = new OnExecutor<>(work, shipped);
        Function2<Object, Outcome<R>, BoxedUnit> onDriver = new AbstractFunction2<>() {
            @Override
            public BoxedUnit apply(Object index, Outcome<R> outcome) {
                if (outcome instanceof Outcome.Done<R> done) {
                    onResult.accept(tasks.get((Integer) index), done.result());
                } else if (outcome instanceof Outcome.Refused<R> refused) {
                    DataException failure = new DataException(refused.message());
                    refusal.compareAndSet(null, failure);
                    throw failure; // ends the job without waiting for the other tasks
                }
                return BoxedUnit.UNIT;
            }
        };
        SparkContext context = spark.sc();
        spark.setJobDescription(description);
        try {
            context.runJob(
                    spark.parallelize(tasks, tasks.size()).rdd(),
                    onExecutor,
                    onDriver,
                    ClassTag$.MODULE$.apply(Outcome.class));
        } catch (Exception e) { // Scala's checked SparkException among them
            if (refusal.get() != null) {
                throw refusal.get();
            }
            throw e;
        } finally {
            spark.setJobDescription(null);
        }
    }

    private static final class OnExecutor<T, R extends Serializable>
            extends AbstractFunction2<TaskContext, Iterator<T>, Outcome<R>> implements Serializable {
        private static final long serialVersionUID = 1L;

        private final Work<T, R> work;
        private final Broadcast<SerializableConfiguration> configuration;

        OnExecutor(Work<T, R> work, Broadcast<SerializableConfiguration> configuration) {
            this.work = work;
            this.configuration = configuration;
        }

        @Override
        public Outcome<R> apply(TaskContext context, Iterator<T> tasks) {
            try {
                return new Outcome.Done<>(
                        work.run(tasks.next(), configuration.value().value()));
            } catch (DataException e) {
                return new Outcome.Refused<>(e.getMessage());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
