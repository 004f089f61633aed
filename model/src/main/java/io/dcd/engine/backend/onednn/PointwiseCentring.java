package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.backend.onednn.vector.RowVectors;
import io.dcd.engine.operation.NormalizedPointwise;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * Takes m, the row in the middle of a sample's map, from all its rows of [x | u | 1]. It lies within some deviations of their
 * mean, so that the products of what is left keep the digits of a variance that is small beside the mean (Chan, Golub,
 * LeVeque 1983).
 */
final class PointwiseCentring implements Runnable {
    private final int first;
    private final int end;
    private final int positions;
    private final int centre;
    private final int width;
    private final int constant;
    private final FloatBuffer values;
    private final ByteBuffer rows;
    private final float[][] pivots;

    PointwiseCentring(NormalizedPointwise operation, PointwiseMatrices matrices, KernelMemory memory) {
        first = memory.firstSample();
        end = first + memory.samples();
        positions = operation.output().shape().positions();
        centre = operation.output().shape().centre();
        width = matrices.width();
        constant = matrices.constant();
        NativeBuffer extended = matrices.of(matrices.extended(), first, memory.samples());
        values = extended.floats();
        rows = extended.bytes();
        pivots = matrices.pivots();
    }

    @Override
    public void run() {
        for (int n = first; n < end; n++) {
            int row = (n - first) * positions;
            float[] pivot = pivots[n];
            values.get((row + centre) * width, pivot);
            pivot[constant] = 0;
            RowVectors.subtract(rows, row, positions, pivot);
        }
    }
}
