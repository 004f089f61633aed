package io.dcd.engine.backend.onednn.vector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Loops over rows that are whole vectors long, of 16 floats. */
public final class RowVectors {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private RowVectors() {}

    /** Subtracts {@code row} from each of {@code count} rows of its length, the first of which is number {@code first}. */
    public static void subtract(ByteBuffer rows, int first, int count, float[] row) {
        for (int lane = 0; lane < row.length; lane += SPECIES.length()) {
            FloatVector subtrahend = FloatVector.fromArray(SPECIES, row, lane);
            for (int i = first; i < first + count; i++) {
                int at = (i * row.length + lane) * Float.BYTES;
                FloatVector.fromByteBuffer(SPECIES, rows, at, ORDER)
                        .sub(subtrahend)
                        .intoByteBuffer(rows, at, ORDER);
            }
        }
    }
}
