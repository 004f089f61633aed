package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.onednn.vector.DynamicVectors;
import io.dcd.engine.graph.Shape;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Adaptive average pooling to p×p, sample by sample, of a map of which rows follow each other without a gap: first the
 * rows of a window are added, then the columns of what is left. Where p is 1, every position is a row.
 */
final class WindowAverages {
    /** The values copied at a time: arrays are read many times faster than memory outside, and 8 KiB stay in cache. */
    private static final int TILE = 2048;

    private final FloatBuffer map;
    private final int pooling;
    private final int rows;
    private final int columns;
    private final int channels;
    private final float[] tile;
    private final float[] sums;
    private final float[] averages;

    WindowAverages(FloatBuffer map, Shape shape, int pooling) {
        this.map = map;
        this.pooling = pooling;
        channels = shape.channels();
        rows = pooling == 1 ? shape.positions() : shape.height();
        columns = shape.positions() / rows;
        sums = new float[columns * channels];
        tile = new float[Math.max(TILE / sums.length, 1) * sums.length];
        averages = new float[pooling * pooling * channels];
    }

    /** The averages of one sample, window by window, channels innermost; overwritten by the next call. */
    float[] of(int sample) {
        Arrays.fill(averages, 0);
        for (int i = 0; i < pooling; i++) {
            int top = begin(i, rows);
            int bottom = end(i, rows);
            addRows(sample * rows + top, sample * rows + bottom);
            for (int j = 0; j < pooling; j++) {
                int left = begin(j, columns);
                int right = end(j, columns);
                averageColumns(left, right, (i * pooling + j) * channels, 1f / ((bottom - top) * (right - left)));
            }
        }
        return averages;
    }

    private void addRows(int begin, int end) {
        Arrays.fill(sums, 0);
        int width = sums.length;
        int step = tile.length / width;
        for (int row = begin; row < end; row += step) {
            int count = Math.min(step, end - row);
            map.get(row * width, tile, 0, count * width);
            DynamicVectors.addRows(tile, count, sums);
        }
    }

    private void averageColumns(int begin, int end, int target, float share) {
        for (int column = begin; column < end; column++) {
            int from = column * channels;
            for (int c = 0; c < channels; c++) {
                averages[target + c] += sums[from + c];
            }
        }
        for (int c = 0; c < channels; c++) {
            averages[target + c] *= share;
        }
    }

    private int begin(int index, int extent) {
        return index * extent / pooling;
    }

    private int end(int index, int extent) {
        return ((index + 1) * extent + pooling - 1) / pooling;
    }
}
