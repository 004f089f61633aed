package io.dcd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CounterRandomTest {
    @Test
    void isSplitMix64() {
        // The first five outputs of the published SplitMix64 for the state 1234567 (unsigned).
        CounterRandom random = CounterRandom.splitMix(1234567);
        String[] expected = {
            "6457827717110365317",
            "3203168211198807973",
            "9817491932198370423",
            "4593380528125082431",
            "16408922859458223821"
        };
        for (String value : expected) {
            assertThat(Long.toUnsignedString(random.nextLong())).isEqualTo(value);
        }
    }

    @Test
    void isAPureFunctionOfSeedAndCounters() {
        assertThat(CounterRandom.of(7, 1, 2).nextLong())
                .isEqualTo(CounterRandom.of(7, 1, 2).nextLong());
    }

    @Test
    void neighbouringCountersShareNothing() {
        Set<Long> seen = new HashSet<>();
        for (long seed = 0; seed < 10; seed++) {
            for (long epoch = 0; epoch < 10; epoch++) {
                for (long sample = 0; sample < 100; sample++) {
                    CounterRandom random = CounterRandom.of(seed, epoch, sample);
                    for (int i = 0; i < 10; i++) {
                        seen.add(random.nextLong());
                    }
                }
            }
        }
        assertThat(seen).as("100,000 numbers of 64 bits").hasSize(100_000);
    }

    @Test
    void firstNumbersOfConsecutiveSamplesAreUniform() {
        int samples = 100_000;
        int[] histogram = new int[10];
        LongStream.range(0, samples)
                .forEach(sample ->
                        histogram[(int) (10 * CounterRandom.of(1, 0, sample).nextDouble())]++);
        // Five standard deviations of a binomial count with p = 0.1.
        double tolerance = 5 * Math.sqrt(samples * 0.1 * 0.9);
        for (int count : histogram) {
            assertThat((double) count).isCloseTo(samples * 0.1, within(tolerance));
        }
    }

    @Test
    void integersAreUniformWithinTheirBound() {
        CounterRandom random = CounterRandom.of(3);
        int[] histogram = new int[7];
        int draws = 70_000;
        for (int i = 0; i < draws; i++) {
            histogram[random.nextInt(7)]++;
        }
        double tolerance = 5 * Math.sqrt(draws * (1 / 7.0) * (6 / 7.0));
        for (int count : histogram) {
            assertThat((double) count).isCloseTo(draws / 7.0, within(tolerance));
        }
        assertThatThrownBy(() -> random.nextInt(0)).hasMessageContaining("bound must be positive: 0");
    }
}
