package io.dcd.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WeightedMeanTest {
    @Test
    void weighsBySamples() {
        WeightedMean mean = new WeightedMean(2);
        mean.add(new double[] {1, -2}, 1);
        mean.add(new double[] {5, 2}, 3);
        assertThat(mean.mean()).containsExactly(4, 1);
    }

    @Test
    void meanOfOneIsThatOneBitForBit() {
        Random random = new Random(1);
        float[] values = new float[10_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(random.nextInt());
            values[i] = Float.isFinite(values[i]) ? values[i] : Float.MIN_VALUE;
        }
        for (long samples : new long[] {1, 7, 1280, 1_281_167}) {
            WeightedMean mean = new WeightedMean(
                    values.length, IntStream.range(0, values.length).toArray());
            mean.add(doubles(values), samples);
            assertThat(mean.mean()).as("%d samples", samples).isEqualTo(values);
            assertThat(mean.variances()).as("%d samples", samples).containsOnly(0);
        }
    }

    @Test
    void meanOfEqualVectorsIsThatVectorBitForBit() {
        float[] values = {0.1f, -3.3333333f, 1e-30f};
        WeightedMean mean = new WeightedMean(3);
        for (int worker = 0; worker < 3; worker++) {
            mean.add(doubles(values), 1280);
        }
        assertThat(mean.mean()).isEqualTo(values);
    }

    @Test
    void variancesAreThoseOfAllSamplesTogether() {
        WeightedMean mean = new WeightedMean(3, new int[] {0, 2});
        mean.add(new double[] {1, 99, 4}, 1);
        mean.add(new double[] {5, 98, 4}, 3);
        // Of 1, 5, 5, 5, whose mean is 4.
        assertThat(mean.variances()).containsExactly(new double[] {3, 0}, within(1e-15));
    }

    @Test
    void emptyOrUnfitVectorsAreRefused() {
        WeightedMean mean = new WeightedMean(2);
        assertThatThrownBy(() -> mean.add(new double[3], 1)).hasMessageContaining("3 values");
        assertThatThrownBy(() -> mean.add(new double[2], 0)).hasMessageContaining("0 samples");
        assertThatThrownBy(mean::mean).hasMessageContaining("nothing was added");
    }

    @Test
    void bytesAreLittleEndianFloats() {
        float[] values = {1, -0.5f};
        byte[] bytes = Vectors.toBytes(values);
        assertThat(bytes).containsExactly(0, 0, (byte) 0x80, 0x3f, 0, 0, 0, (byte) 0xbf);
        assertThat(Vectors.toFloats(bytes)).isEqualTo(values);
        // sha256sum of these eight bytes.
        assertThat(Vectors.sha256(values))
                .isEqualTo("e5e0ce39fac89cd93af5ba8bcad2fe35d88c75417c7e44941fe5ee4e48f1cf75");
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }
}
