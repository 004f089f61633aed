package io.dcd.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatentRuleTest {
    /** By hand: 96 halved until it is below √96 = 9.8, and 96/2^⌊log₂ 9.8⌋. */
    @ParameterizedTest
    @CsvSource({"HALVING, 96, 6", "POWER, 96, 12", "HALVING, 64, 4", "POWER, 64, 8", "HALVING, 8, 2", "POWER, 8, 4"})
    void followsTheChannels(LatentRule rule, int channels, int latent) {
        assertThat(rule.latent(channels)).isEqualTo(latent);
    }

    /** Every L of the sentence in the paper obeys its bound L² ≤ C. */
    @ParameterizedTest
    @CsvSource({"8", "16", "24", "96", "160", "512", "2048"})
    void halvingKeepsTheBound(int channels) {
        int latent = LatentRule.HALVING.latent(channels);
        assertThat(latent * latent).isLessThanOrEqualTo(channels);
    }
}
