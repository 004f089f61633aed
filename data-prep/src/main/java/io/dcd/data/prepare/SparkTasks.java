package io.dcd.data.prepare;

import io.dcd.data.DataException;
import io.dcd.data.file.Reason;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkJobInfo;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.JavaSparkStatusTracker;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import org.apache.spark.util.SerializableConfiguration;
import scala.Function2;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/** Runs lists of independent pieces of work, each list as one Spark job, a task each, and hands over each result as it comes. */
final class SparkTasks {
    /** How long to wait for cancelled tasks to end; they look at every image whether they are. */
    private static final long CANCELLATION_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

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
    private final String group = UUID.randomUUID().toString();

    SparkTasks(JavaSparkContext spark) {
        this.spark = spark;
    }

    /** Ends the calling task if its job has been cancelled; to be called often. */
    static void stopIfCancelled() {
        TaskContext context = TaskContext.get();
        if (context != null && context.isInterrupted()) {
            throw new TaskKilledException("cancelled");
        }
    }

    /** Ends, if it runs, the job of {@link #run}, which then throws; may be called by another thread. */
    void cancel() {
        spark.cancelJobGroup(group);
    }

    /** Where a task is best run; asked on the driver. */
    interface Placement<T> {
        /** Host names, the best first; none if it makes no difference. */
        List<String> hosts(T task) throws IOException;
    }

    /** As the other, for tasks that may run anywhere. */
    <T extends Serializable, R extends Serializable> void run(
            String description, List<T> tasks, Work<T, R> work, BiConsumer<T, R> onResult) {
        run(description, tasks, task -> List.of(), work, onResult);
    }

    /**
     * Returns when every task is done. If one fails, the others are cancelled, and none is left running when this throws.
     *
     * @param description what the Spark UI shows
     * @param onResult called one call at a time, in the order in which tasks end; may throw, which ends the job
     * @throws DataException the first one that a task threw
     */
    <T extends Serializable, R extends Serializable> void run(
            String description, List<T> tasks, Placement<T> placement, Work<T, R> work, BiConsumer<T, R> onResult) {
        if (tasks.isEmpty()) {
            return;
        }
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        Function2<Object, Outcome<R>, BoxedUnit> onDriver = new AbstractFunction2<>() {
            @Override
            public BoxedUnit apply(Object index, Outcome<R> outcome) {
                if (failure.get() == null) {
                    try {
                        accept(tasks.get((Integer) index), outcome, onResult);
                    } catch (RuntimeException e) {
                        failure.set(e);
                        cancel();
                    }
                }
                return BoxedUnit.UNIT;
            }
        };
        // Not destroyed, here and wherever the context may end soon: Spark's cleaner does that, whereas a removal
        // that the end of the context overtakes prints stack traces.
        Broadcast<SerializableConfiguration> configuration =
                spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
        spark.setJobGroup(group, description, false);
        try {
            spark.sc()
                    .runJob(
                            placed(tasks, placement),
                            new OnExecutor<>(work, configuration),
                            onDriver,
                            ClassTag$.MODULE$.apply(Outcome.class));
        } catch (Exception e) { // Scala's checked SparkException among them
            awaitEndOfTasks();
            if (failure.get() == null) {
                throw e;
            }
        } finally {
            spark.clearJobGroup();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    /** A partition for each task. */
    private <T> RDD<T> placed(List<T> tasks, Placement<T> placement) {
        List<Tuple2<T, Seq<String>>> located = new ArrayList<>();
        try {
            for (T task : tasks) {
                located.add(new Tuple2<>(task, seq(placement.hosts(task))));
            }
        } catch (IOException e) {
            throw new DataException("cannot find out where the data lie: " + Reason.of(e), e);
        }
        return spark.sc().makeRDD(seq(located), ClassTag$.MODULE$.apply(Object.class));
    }

    private static <E> Seq<E> seq(List<E> list) {
        return JavaConverters.asScalaBuffer(list).toList();
    }

    private static <T, R extends Serializable> void accept(T task, Outcome<R> outcome, BiConsumer<T, R> onResult) {
        if (outcome instanceof Outcome.Done<R> done) {
            onResult.accept(task, done.result());
        } else if (outcome instanceof Outcome.Refused<R> refused) {
            throw new DataException(refused.message());
        }
    }

    /** A failed job's other tasks go on for a moment; they would write into a directory that is being cleared. */
    private void awaitEndOfTasks() {
        long deadline = System.nanoTime() + CANCELLATION_NANOS;
        while (activeTasks() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private int activeTasks() {
        JavaSparkStatusTracker tracker = spark.statusTracker();
        int active = 0;
        for (int job : tracker.getJobIdsForGroup(group)) {
            SparkJobInfo info = tracker.getJobInfo(job);
            for (int stage : info == null ? new int[0] : info.stageIds()) {
                SparkStageInfo stageInfo = tracker.getStageInfo(stage);
                active += stageInfo == null ? 0 : stageInfo.numActiveTasks();
            }
        }
        return active;
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
