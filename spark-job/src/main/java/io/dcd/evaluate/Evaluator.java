package io.dcd.evaluate;

import io.dcd.data.DataException;
import io.dcd.data.RowGroup;
import io.dcd.vector.Vectors;
import io.dcd.worker.EvaluationCounts;
import io.dcd.worker.EvaluationSpec;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** Counts over the whole cluster how often a network is right; every image of the split exactly once. */
public final class Evaluator {
    private static final double NANOSECONDS = 1e-9;

    private final JavaSparkContext spark;
    private final List<RowGroup> rowGroups;
    private final Broadcast<EvaluationSpec> spec;
    private final Broadcast<SerializableConfiguration> configuration;

    public Evaluator(JavaSparkContext spark, EvaluationSpec spec) {
        this.spark = spark;
        this.rowGroups = spec.data().rowGroups();
        this.spec = spark.broadcast(spec);
        this.configuration = spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
    }

    /** Evaluates the network with these parameters. */
    public EvaluationReport evaluate(float[] parameters) {
        long begin = System.nanoTime();
        spark.setJobDescription("evaluation");
        // Left to Spark's cleaner: the context may end next, and a removal that its end overtakes prints stack traces.
        Broadcast<byte[]> sent = spark.broadcast(Vectors.toBytes(parameters));
        // A task for each row group, added up in their order: the same sums on every cluster, to the last bit.
        EvaluationCounts counts = spark
                .parallelize(rowGroups, rowGroups.size())
                .mapPartitions(new EvaluationTask(spec, configuration, sent))
                .collect()
                .stream()
                .reduce(EvaluationCounts.NONE, EvaluationCounts::plus);
        long images = rowGroups.stream().mapToLong(RowGroup::rows).sum();
        if (counts.images() != images) {
            throw new DataException(
                    "%d images were evaluated, but the manifest lists %d; check the data with `dcd verify`"
                            .formatted(counts.images(), images));
        }
        return new EvaluationReport(counts, (System.nanoTime() - begin) * NANOSECONDS);
    }
}
