package io.dcd.engine.backend.onednn.vector;

import java.nio.FloatBuffer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The derivative of a clip, told from its values, tile by tile in Java's arrays as {@link ChannelVectors} has it. */
public final class ClipVectors {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int TILE = 1024;

    private final float[] values = new float[TILE];
    private final float[] gradients = new float[TILE];

    /**
     * Puts slope·dy where 0 &lt; y &lt; high, else 0, in the place of dy.
     *
     * @param y not negative
     */
    public void mask(FloatBuffer y, float slope, float high, FloatBuffer dy) {
        int count = y.capacity();
        for (int begin = 0; begin < count; begin += TILE) {
            int length = Math.min(TILE, count - begin);
            y.get(begin, values, 0, length);
            dy.get(begin, gradients, 0, length);
            mask(values, slope, high, gradients);
            dy.put(begin, gradients, 0, length);
        }
    }

    /** The same for arrays that are a whole number of vectors long. */
    static void mask(float[] y, float slope, float high, float[] dy) {
        // Floats that are not negative are ordered as their bits are.
        IntVector limit = FloatVector.broadcast(SPECIES, high).reinterpretAsInts();
        FloatVector slopes = FloatVector.broadcast(SPECIES, slope);
        for (int i = 0; i < dy.length; i += SPECIES.length()) {
            IntVector bits = FloatVector.fromArray(SPECIES, y, i).reinterpretAsInts();
            IntVector inside = bits.neg().and(bits.sub(limit)).lanewise(VectorOperators.ASHR, Integer.SIZE - 1);
            FloatVector.fromArray(SPECIES, dy, i)
                    .mul(slopes)
                    .reinterpretAsInts()
                    .and(inside)
                    .reinterpretAsFloats()
                    .intoArray(dy, i);
        }
    }
}
