package io.dcd.train.exchange;

import io.dcd.worker.RoundStart;
import io.dcd.worker.TrainingSpec;
import io.dcd.worker.WorkerResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * A Spark task that forms the mean of one slice. Each worker's result is cut into slices, slice k of all workers goes to task k: every
 * task receives as much as one worker sends, however many there are, and the driver receives one vector.
 */
final class SliceTask implements Function<Tuple2<Integer, Iterable<WorkerResult>>, Tuple2<Integer, SliceMean>> {
    private static final long serialVersionUID = 1L;

    private final VectorSlices slices;
    private final Broadcast<TrainingSpec> spec;
    private final Broadcast<RoundStart> start;

    private SliceTask(VectorSlices slices, Broadcast<TrainingSpec> spec, Broadcast<RoundStart> start) {
        this.slices = slices;
        this.spec = spec;
        this.start = start;
    }

    /** The means of all slices, in order. */
    static List<SliceMean> means(
            JavaRDD<WorkerResult> results,
            VectorSlices slices,
            Broadcast<TrainingSpec> spec,
            Broadcast<RoundStart> start) {
        return results
                .flatMapToPair(
                        result -> cut(result, slices, spec.value().encoding().bytes()))
                .groupByKey(slices.count())
                .map(new SliceTask(slices, spec, start))
                .collect()
                .stream()
                .sorted(Comparator.comparingInt(Tuple2::_1))
                .map(Tuple2::_2)
                .toList();
    }

    private static Iterator<Tuple2<Integer, WorkerResult>> cut(WorkerResult result, VectorSlices slices, int bytes) {
        boolean diverged = result.readings().diverged();
        return IntStream.range(0, slices.count())
                .mapToObj(slice -> new Tuple2<>(
                        slice,
                        diverged ? result : result.part(slices.begin(slice) * bytes, slices.begin(slice + 1) * bytes)))
                .iterator();
    }

    @Override
    public Tuple2<Integer, SliceMean> call(Tuple2<Integer, Iterable<WorkerResult>> slice) {
        List<WorkerResult> results = new ArrayList<>();
        slice._2().forEach(results::add);
        return new Tuple2<>(
                slice._1(),
                SliceMean.of(results, slices, slice._1(), spec.value().encoding(), start.value()));
    }
}
