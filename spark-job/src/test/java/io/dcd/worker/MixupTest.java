package io.dcd.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MixupTest {
    @Test
    void partnersTakeSharesOfEachOther() {
        ByteBuffer pixels = ByteBuffer.allocateDirect(6).put(new byte[] {0, (byte) 200, 10, 20, (byte) 255, 100});
        new Mixup(3).mix(pixels, 0.75);
        byte[] mixed = new byte[6];
        pixels.get(0, mixed);
        // 0.75·0 + 0.25·255 = 63.75, 0.75·200 + 0.25·100 = 175, 0.75·255 = 191.25, 0.75·100 + 0.25·200 = 125.
        assertThat(mixed).containsExactly(64, (byte) 175, 10, 20, (byte) 191, 125);
    }

    @Test
    void withoutMixupNothingChanges() {
        assertThat(Mixup.share(1, 2, 0)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.002, 0.2, 0.5, 1})
    void shareHasTheMomentsOfTheBetaDistribution(double alpha) {
        int draws = 20_000;
        double sum = 0;
        double squares = 0;
        for (int step = 0; step < draws; step++) {
            double share = Mixup.share(7, step, alpha);
            assertThat(share).isBetween(0.0, 1.0).isEqualTo(Mixup.share(7, step, alpha));
            sum += share;
            squares += share * share;
        }
        double mean = sum / draws;
        // Beta(α, α) has mean ½ and variance 1/(4·(2α + 1)); 4 standard errors of 20,000 draws.
        assertThat(mean).isCloseTo(0.5, within(0.015));
        assertThat(squares / draws - mean * mean).isCloseTo(1 / (4 * (2 * alpha + 1)), within(0.005));
    }
}
