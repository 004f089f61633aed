package io.dcd.engine.backend.onednn.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Loops over rows of channels, column by column: vectors of columns where the row is wide enough, else values. */
public final class RowVectors {
    // The same as everywhere: where two widths meet in one process, Java 17 compiles loops of either badly.
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private RowVectors() {}

    /**
     * Writes {@code count} rows, each less {@code subtrahend}, to rows that are one value longer; that value is left as it is.
     *
     * @param rows row-major, as wide as {@code subtrahend}
     */
    public static void subtract(float[] rows, int count, float[] subtrahend, float[] longer) {
        int channels = subtrahend.length;
        int whole = channels / LANES * LANES;
        for (int lane = 0; lane < whole; lane += LANES) {
            FloatVector taken = FloatVector.fromArray(SPECIES, subtrahend, lane);
            for (int row = 0; row < count; row++) {
                FloatVector.fromArray(SPECIES, rows, row * channels + lane)
                        .sub(taken)
                        .intoArray(longer, row * (channels + 1) + lane);
            }
        }
        for (int c = whole; c < channels; c++) {
            for (int row = 0; row < count; row++) {
                longer[row * (channels + 1) + c] = rows[row * channels + c] - subtrahend[c];
            }
        }
    }
}
