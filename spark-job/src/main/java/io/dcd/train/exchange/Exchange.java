package io.dcd.train.exchange;

import io.dcd.engine.graph.Graph;
import io.dcd.settings.AveragingSettings;
import io.dcd.vector.Vectors;
import io.dcd.worker.Round;
import io.dcd.worker.RoundStart;
import io.dcd.worker.TrainingSpec;
import io.dcd.worker.WorkerReadings;
import io.dcd.worker.WorkerResult;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The network's side of a round: parameters go out by broadcast, every worker trains, and the mean comes back. It is formed on the driver
 * from all workers' vectors, or, slice by slice, on the executors, and is the same either way, bit for bit.
 */
public final class Exchange {
    private final JavaSparkContext spark;
    private final TrainingSpec training;
    private final int elements;
    private final long bytesOfResult;
    private final BatchStatistics statistics;
    private final boolean onDriver;
    private final Broadcast<TrainingSpec> spec;
    private final Broadcast<SerializableConfiguration> configuration;

    public Exchange(JavaSparkContext spark, TrainingSpec training, AveragingSettings settings) {
        this.spark = spark;
        this.training = training;
        Graph graph = training.network().graph();
        this.elements = graph.parameterElements();
        this.statistics = settings.batchStatistics() == AveragingSettings.BatchStatistics.MIXTURE
                ? BatchStatistics.of(graph)
                : BatchStatistics.NONE;
        this.onDriver = settings.meansOnDriver(elements, training.plan().workers());
        this.bytesOfResult = settings.resultBytes(elements);
        this.spec = spark.broadcast(training);
        this.configuration = spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
    }

    /**
     * Runs a round.
     *
     * @param workers the numbers of the workers, one partition each
     */
    public RoundMean run(Round round, RoundStart start, JavaRDD<String> workers) {
        Broadcast<RoundStart> sent = spark.broadcast(start);
        RoundMean mean = mean(start, sent, workers.mapPartitions(new RoundTask(spec, configuration, round, sent)));
        // Not after a failure: the context may end then, and a removal that its end overtakes prints stack traces.
        sent.destroy();
        return mean;
    }

    private RoundMean mean(RoundStart start, Broadcast<RoundStart> sent, JavaRDD<WorkerResult> results) {
        // On the executors a slice for each task that the cluster runs at once.
        VectorSlices slices = new VectorSlices(elements, onDriver ? 1 : spark.defaultParallelism(), statistics.means());
        List<SliceMean> means = onDriver
                ? List.of(SliceMean.of(results.collect(), slices, 0, training.encoding(), start))
                : SliceTask.means(results, slices, spec, sent);
        float[] parameters = join(means, SliceMean::parameters);
        if (parameters.length > 0) {
            statistics.mix(
                    parameters,
                    means.stream()
                            .flatMapToDouble(mean -> Arrays.stream(mean.spreads()))
                            .toArray());
        }
        List<WorkerReadings> readings = means.get(0).readings();
        return new RoundMean(
                readings,
                parameters,
                join(means, SliceMean::velocity),
                sentBytes(start, readings),
                returnedBytes(readings));
    }

    private static long sentBytes(RoundStart start, List<WorkerReadings> readings) {
        long processes =
                readings.stream().map(WorkerReadings::process).distinct().count();
        return processes * (start.parameters().length + start.velocity().length);
    }

    private long returnedBytes(List<WorkerReadings> readings) {
        return bytesOfResult
                * readings.stream().filter(each -> !each.diverged()).count();
    }

    private static float[] join(List<SliceMean> means, Function<SliceMean, byte[]> vector) {
        List<byte[]> parts = means.stream().map(vector).toList();
        ByteBuffer whole =
                ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
        parts.forEach(whole::put);
        return Vectors.toFloats(whole.array());
    }
}
