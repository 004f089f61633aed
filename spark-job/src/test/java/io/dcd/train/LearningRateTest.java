package io.dcd.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dcd.settings.SettingsLoader;
import io.dcd.settings.TrainingSettings;
import org.junit.jupiter.api.Test;

class LearningRateTest {
    private static final double ROUNDING = 1e-15;

    @Test
    void cosineFallsFromTheFullRateToZeroOverAllSteps() {
        LearningRate rate = rate("schedule=cosine, epochs=10, learning-rate=0.4");
        assertThat(rate.at(0)).isEqualTo(0.4);
        assertThat(rate.at(250)).isCloseTo(0.4 * (1 + Math.sqrt(0.5)) / 2, within(ROUNDING));
        assertThat(rate.at(500)).isCloseTo(0.2, within(ROUNDING));
        assertThat(rate.at(999)).isPositive().isLessThan(2e-6);
        assertThat(rate.at(1000)).isCloseTo(0, within(ROUNDING));
    }

    @Test
    void stepDropsEverySoManyEpochs() {
        LearningRate rate = rate("schedule=step, epochs=100, learning-rate=0.1, step-epochs=30, step-factor=0.1");
        assertThat(rate.at(0)).isEqualTo(0.1);
        assertThat(rate.at(2999)).isEqualTo(0.1);
        assertThat(rate.at(3000)).isCloseTo(0.01, within(ROUNDING));
        assertThat(rate.at(9000)).isCloseTo(1e-4, within(ROUNDING));
    }

    @Test
    void warmUpRisesLinearlyAndMeetsTheSchedule() {
        LearningRate rate = rate("schedule=cosine, epochs=10, learning-rate=0.4, warm-up-epochs=2");
        assertThat(rate.at(0)).isCloseTo(0.4 / 200, within(ROUNDING));
        assertThat(rate.at(99)).isCloseTo(0.2, within(ROUNDING));
        assertThat(rate.at(199)).isCloseTo(0.4, within(ROUNDING));
        assertThat(rate.at(200)).isEqualTo(0.4);
        assertThat(rate.at(600)).isCloseTo(0.2, within(ROUNDING));
    }

    @Test
    void rateIsScaledWithTheEffectiveBatch() {
        LearningRate rate = rate("schedule=constant, learning-rate=0.05, reference-batch=256, workers=16, batch=64");
        assertThat(rate.at(0)).isCloseTo(0.2, within(ROUNDING));
    }

    private static LearningRate rate(String training) {
        TrainingSettings settings = new SettingsLoader()
                .text("training { " + training + " }", "the test")
                .load()
                .training();
        return new LearningRate(settings, 100);
    }
}
