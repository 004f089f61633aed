package io.dcd.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EncodingTest {
    private static final int ELEMENTS = 10_000;

    private final Random random = new Random(4);
    private final float[] start = new float[ELEMENTS];
    private final float[] values = new float[ELEMENTS];

    EncodingTest() {
        for (int i = 0; i < ELEMENTS; i++) {
            start[i] = (float) random.nextGaussian();
            // Changes of all sizes, from nearly nothing to more than the value itself.
            values[i] = start[i] + (float) (random.nextGaussian() * Math.pow(10, random.nextInt(12) - 10));
        }
    }

    @Test
    void float32LosesNothing() {
        byte[] bytes = Encoding.FLOAT32.encode(values, start);
        assertThat(bytes).isEqualTo(Vectors.toBytes(values));
        double[] decoded = Encoding.FLOAT32.decode(bytes, start, 0);
        for (int i = 0; i < ELEMENTS; i++) {
            assertThat((float) decoded[i]).isEqualTo(values[i]);
        }
    }

    @Test
    void bfloat16KeepsTheChangeToOnePartIn256() {
        byte[] bytes = Encoding.BFLOAT16.encode(values, start);
        assertThat(bytes).hasSize(2 * ELEMENTS);
        double[] decoded = Encoding.BFLOAT16.decode(bytes, start, 0);
        int inexact = 0;
        for (int i = 0; i < ELEMENTS; i++) {
            float change = values[i] - start[i];
            double error = Math.abs(decoded[i] - ((double) start[i] + change));
            assertThat(error).isLessThanOrEqualTo(Math.abs(change) / 256);
            inexact += error > 0 ? 1 : 0;
        }
        assertThat(inexact).as("changes that do not fit into 8 bits").isGreaterThan(ELEMENTS / 4);
    }

    @Test
    void bfloat16RoundsTiesToEven() {
        // 1 + 2⁻⁸ lies between 1 and 1 + 2⁻⁷, 1 + 3·2⁻⁸ between 1 + 2⁻⁷ and 1 + 2⁻⁶.
        float[] ties = {1.00390625f, 1.01171875f};
        float[] zero = new float[2];
        assertThat(Encoding.BFLOAT16.decode(Encoding.BFLOAT16.encode(ties, zero), zero, 0))
                .containsExactly(1, 1.015625);
    }

    @Test
    void whatDidNotChangeStaysAsItWas() {
        double[] decoded = Encoding.BFLOAT16.decode(Encoding.BFLOAT16.encode(start, start), start, 0);
        for (int i = 0; i < ELEMENTS; i++) {
            assertThat(decoded[i]).isEqualTo(start[i]);
        }
    }

    @Test
    void numbersThatAreNoneStaySo() {
        float[] broken = {Float.NaN, Float.POSITIVE_INFINITY, Float.intBitsToFloat(0x7f800001)};
        double[] decoded = Encoding.BFLOAT16.decode(Encoding.BFLOAT16.encode(broken, new float[3]), new float[3], 0);
        assertThat(decoded[0]).isNaN();
        assertThat(decoded[1]).isInfinite();
        assertThat(decoded[2]).isNaN();
    }

    @Test
    void aPartIsDecodedAgainstItsOwnPlace() {
        for (Encoding encoding : Encoding.values()) {
            byte[] bytes = encoding.encode(values, start);
            double[] whole = encoding.decode(bytes, start, 0);
            byte[] part = Arrays.copyOfRange(bytes, 100 * encoding.bytes(), 300 * encoding.bytes());
            assertThat(encoding.decode(part, start, 100)).isEqualTo(Arrays.copyOfRange(whole, 100, 300));
        }
    }
}
