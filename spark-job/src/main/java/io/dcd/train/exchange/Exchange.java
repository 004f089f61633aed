package io.dcd.train.exchange;

import io.dcd.settings.AveragingSettings;
import io.dcd.vector.Vectors;
import io.dcd.worker.Round;
import io.dcd.worker.TrainingSpec;
import io.dcd.worker.WorkerReadings;
import io.dcd.worker.WorkerResult;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The network's side of a round: parameters go out by broadcast, every worker trains, and the mean comes back. It is formed on the driver
 * from all workers' vectors, or, slice by slice, on the executors, and is the same either way, bit for bit.
 */
public final class Exchange implements AutoCloseable {
    /** From here on {@code auto} spares the driver: Spark refuses results of 1 GiB by default. */
    private static final long MOST_BYTES_ON_DRIVER = 256L << 20;

    private final JavaSparkContext spark;
    private final TrainingSpec training;
    private final BatchStatistics statistics;
    private final boolean onDriver;
    private final Broadcast<TrainingSpec> spec;
    private final Broadcast<SerializableConfiguration> configuration;

    public Exchange(JavaSparkContext spark, TrainingSpec training, AveragingSettings settings) {
        this.spark = spark;
        this.training = training;
        this.statistics = settings.batchStatistics() == AveragingSettings.BatchStatistics.MIXTURE
                ? BatchStatistics.of(training.network().graph())
                : BatchStatistics.NONE;
        this.onDriver = switch (settings.place()) {
            case DRIVER -> true;
            case EXECUTORS -> false;
            case AUTO -> bytesOfResults() <= MOST_BYTES_ON_DRIVER;
        };
        this.spec = spark.broadcast(training);
        this.configuration = spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
    }

    /**
     * Runs a round.
     *
     * @param workers the numbers of the workers, one partition each
     */
    public RoundMean run(Round round, JavaRDD<String> workers) {
        Broadcast<Round> sent = spark.broadcast(round);
        try {
            return mean(round, sent, workers.mapPartitions(new RoundTask(spec, configuration, sent)));
        } finally {
            sent.destroy();
        }
    }

    private RoundMean mean(Round round, Broadcast<Round> sent, JavaRDD<WorkerResult> results) {
        int elements = round.parameters().length / Float.BYTES;
        // One slice a task that the cluster runs at once.
        VectorSlices slices = new VectorSlices(elements, onDriver ? 1 : spark.defaultParallelism(), statistics.means());
        List<SliceMean> means = onDriver
                ? List.of(SliceMean.of(results.collect(), slices, 0, training.encoding(), round))
                : SliceTask.means(results, slices, spec, sent);
        List<WorkerReadings> readings = means.get(0).readings();
        float[] parameters = join(means.stream().map(SliceMean::parameters).toList());
        if (parameters.length > 0) {
            statistics.mix(
                    parameters,
                    means.stream()
                            .map(SliceMean::spreads)
                            .flatMapToDouble(java.util.Arrays::stream)
                            .toArray());
        }
        return new RoundMean(
                readings,
                parameters,
                join(means.stream().map(SliceMean::velocity).toList()),
                2L
                        * round.parameters().length
                        * readings.stream()
                                .map(WorkerReadings::process)
                                .distinct()
                                .count(),
                2L
                        * elements
                        * training.encoding().bytes()
                        * readings.stream().filter(each -> !each.diverged()).count());
    }

    private long bytesOfResults() {
        return 2L
                * training.network().graph().parameterElements()
                * training.encoding().bytes()
                * training.plan().workers();
    }

    private static float[] join(List<byte[]> parts) {
        ByteBuffer whole =
                ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
        parts.forEach(whole::put);
        return Vectors.toFloats(whole.array());
    }

    @Override
    public void close() {
        spec.destroy();
        configuration.destroy();
    }
}
