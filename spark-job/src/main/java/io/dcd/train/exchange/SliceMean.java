package io.dcd.train.exchange;

import io.dcd.vector.Encoding;
import io.dcd.vector.Vectors;
import io.dcd.vector.WeightedMean;
import io.dcd.worker.RoundStart;
import io.dcd.worker.WorkerReadings;
import io.dcd.worker.WorkerResult;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;

/**
 * The workers' mean of a slice of parameters and velocity.
 *
 * @param readings of all workers, in their order
 * @param parameters little-endian float32; empty if no worker has any
 * @param velocity alike
 * @param spreads the variance among the workers of the tracked elements of the slice
 */
@SuppressWarnings("ArrayRecordComponent") // sent, never compared
record SliceMean(List<WorkerReadings> readings, byte[] parameters, byte[] velocity, double[] spreads)
        implements Serializable {
    /**
     * The mean, weighted by samples and summed in the order of the workers: it does not depend on where it is formed, nor on the cut.
     *
     * @param results the workers' slices; those of diverged workers are left out
     */
    static SliceMean of(
            List<WorkerResult> results, VectorSlices slices, int slice, Encoding encoding, RoundStart start) {
        List<WorkerResult> ordered = results.stream()
                .sorted(Comparator.comparingInt(result -> result.readings().worker()))
                .toList();
        List<WorkerReadings> readings =
                ordered.stream().map(WorkerResult::readings).toList();
        List<WorkerResult> good =
                ordered.stream().filter(result -> !result.readings().diverged()).toList();
        if (good.isEmpty()) {
            return new SliceMean(readings, new byte[0], new byte[0], new double[0]);
        }
        float[] startParameters = Vectors.toFloats(start.parameters());
        float[] startVelocity = Vectors.toFloats(start.velocity());
        WeightedMean parameters = new WeightedMean(slices.elements(slice), slices.tracked(slice));
        WeightedMean velocity = new WeightedMean(slices.elements(slice));
        for (WorkerResult result : good) {
            long samples = result.readings().samples();
            parameters.add(encoding.decode(result.parameters(), startParameters, slices.begin(slice)), samples);
            velocity.add(encoding.decode(result.velocity(), startVelocity, slices.begin(slice)), samples);
        }
        return new SliceMean(
                readings, Vectors.toBytes(parameters.mean()), Vectors.toBytes(velocity.mean()), parameters.variances());
    }
}
