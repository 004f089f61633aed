package io.dcd.evaluate;

import io.dcd.data.RowGroup;
import io.dcd.worker.EvaluationCounts;
import io.dcd.worker.EvaluationSpec;
import io.dcd.worker.Worker;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** A Spark task of an evaluation: the partition holds the row groups that it counts. */
final class EvaluationTask implements FlatMapFunction<Iterator<RowGroup>, EvaluationCounts> {
    private static final long serialVersionUID = 1L;

    private final Broadcast<EvaluationSpec> spec;
    private final Broadcast<SerializableConfiguration> configuration;
    private final Broadcast<byte[]> parameters;

    EvaluationTask(
            Broadcast<EvaluationSpec> spec,
            Broadcast<SerializableConfiguration> configuration,
            Broadcast<byte[]> parameters) {
        this.spec = spec;
        this.configuration = configuration;
        this.parameters = parameters;
    }

    @Override
    public Iterator<EvaluationCounts> call(Iterator<RowGroup> rowGroups) throws InterruptedException {
        List<RowGroup> mine = new ArrayList<>();
        rowGroups.forEachRemaining(mine::add);
        EvaluationCounts counts =
                Worker.evaluate(spec.value(), configuration.value().value(), parameters.value(), mine);
        return List.of(counts).iterator();
    }
}
