package io.dcd.train.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EpochPlanTest {
    @ParameterizedTest
    @CsvSource({"1000,4,8,5", "1000,1,7,3", "96,3,32,10", "50000,2,64,20", "12,12,1,1"})
    void everyWorkerGetsWholeBatchesAndNoPositionTwice(long samples, int workers, int batch, int stepsPerRound) {
        EpochPlan plan = new EpochPlan(samples, workers, batch, stepsPerRound);
        Set<Long> positions = new HashSet<>();
        long steps = 0;
        for (int round = 0; round < plan.rounds(); round++) {
            assertThat(plan.firstStep(round)).isEqualTo(steps);
            assertThat(plan.steps(round)).isBetween(1, stepsPerRound);
            steps += plan.steps(round);
            for (int worker = 0; worker < workers; worker++) {
                for (long i = 0; i < (long) plan.steps(round) * batch; i++) {
                    assertThat(positions.add(plan.begin(round, worker) + i)).isTrue();
                }
            }
        }
        assertThat(steps).isEqualTo(plan.steps());
        assertThat(positions).as("what is left out is less than one step").hasSize((int)
                (samples - samples % ((long) workers * batch)));
        assertThat(positions).allMatch(position -> position >= 0 && position < samples);
    }

    @Test
    void lastRoundTakesTheRestOfTheSteps() {
        EpochPlan plan = new EpochPlan(50_000, 2, 64, 20);
        assertThat(plan.steps()).isEqualTo(390);
        assertThat(plan.rounds()).isEqualTo(20);
        assertThat(plan.steps(18)).isEqualTo(20);
        assertThat(plan.steps(19)).isEqualTo(10);
        assertThat(plan.samples(19)).isEqualTo(10 * 2 * 64);
    }

    @Test
    void tooFewSamplesForOneStepAreRefused() {
        assertThatThrownBy(() -> new EpochPlan(127, 2, 64, 20))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("127 samples")
                .hasMessageContaining("128");
    }

    @Test
    void roundsAndWorkersBeyondTheLastAreRefused() {
        EpochPlan plan = new EpochPlan(100, 2, 10, 2);
        assertThatThrownBy(() -> plan.steps(3)).hasMessageContaining("round 3 is not among 3");
        assertThatThrownBy(() -> plan.begin(0, 2)).hasMessageContaining("worker 2 is not among 2");
    }
}
