package io.dcd.engine.backend.onednn;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Takes the values of a slice, channels innermost, tile by tile through arrays that stay in the first-level cache. Every
 * array of a tile has the same length, a whole number of rows, so that loops over them run along one index and the
 * just-in-time compiler writes vector code.
 */
final class ChannelTiles {
    /** Five arrays of this many floats lie in a first-level cache of 48 KiB. */
    private static final int MOST_VALUES = 2048;

    private final int channels;
    private final int values;
    private final int length;

    /** What is done with the tile of {@code count} values that begins at {@code offset}. */
    interface Tile {
        void run(int offset, int count);
    }

    /**
     * @param values in the slice, a multiple of {@code channels}
     */
    ChannelTiles(int channels, int values) {
        this.channels = channels;
        this.values = values;
        this.length = Math.min(values, Math.max(1, MOST_VALUES / channels) * channels);
    }

    /** A new array as long as a tile. */
    float[] array() {
        return new float[length];
    }

    /** Repeats one value for each channel over a tile. */
    void repeat(float[] perChannel, float[] tile) {
        for (int i = 0; i < length; i += channels) {
            System.arraycopy(perChannel, 0, tile, i, channels);
        }
    }

    void forEach(Tile tile) {
        for (int offset = 0; offset < values; offset += length) {
            tile.run(offset, Math.min(length, values - offset));
        }
    }

    /** Sums the columns of a tile into {@code sums}, a value for each channel, and clears the tile. */
    void drain(float[] tile, double[] sums) {
        Arrays.fill(sums, 0);
        for (int row = 0; row < length; row += channels) {
            for (int c = 0; c < channels; c++) {
                sums[c] += tile[row + c];
            }
        }
        Arrays.fill(tile, 0);
    }

    /** The number of values of each channel in the slice. */
    int rows() {
        return values / channels;
    }

    static void load(FloatBuffer source, int offset, float[] tile, int count) {
        source.get(offset, tile, 0, count);
    }

    static void store(float[] tile, FloatBuffer target, int offset, int count) {
        target.put(offset, tile, 0, count);
    }
}
