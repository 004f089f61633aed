package io.dcd.train.exchange;

import io.dcd.worker.Round;
import io.dcd.worker.RoundStart;
import io.dcd.worker.TrainingSpec;
import io.dcd.worker.Worker;
import io.dcd.worker.WorkerResult;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** A Spark task of a round: the partition holds the numbers of the workers that it runs. */
final class RoundTask implements FlatMapFunction<Iterator<String>, WorkerResult> {
    private static final long serialVersionUID = 1L;

    private final Broadcast<TrainingSpec> spec;
    private final Broadcast<SerializableConfiguration> configuration;
    private final Round round;
    private final Broadcast<RoundStart> start;

    RoundTask(
            Broadcast<TrainingSpec> spec,
            Broadcast<SerializableConfiguration> configuration,
            Round round,
            Broadcast<RoundStart> start) {
        this.spec = spec;
        this.configuration = configuration;
        this.round = round;
        this.start = start;
    }

    @Override
    public Iterator<WorkerResult> call(Iterator<String> workers) throws InterruptedException {
        List<WorkerResult> results = new ArrayList<>();
        while (workers.hasNext()) {
            int worker = Integer.parseInt(workers.next());
            results.add(Worker.train(spec.value(), configuration.value().value(), round, start::value, worker));
        }
        return results.iterator();
    }
}
