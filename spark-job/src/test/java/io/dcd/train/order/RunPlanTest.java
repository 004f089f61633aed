package io.dcd.train.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RunPlanTest {
    @Test
    void stepsPerRoundRiseFromEpochToEpoch() {
        RunPlan plan = new RunPlan(50_000, 2, 64, 20, 4, 4);
        assertThat(IntStream.range(0, 6)
                        .map(epoch -> plan.epoch(epoch).stepsPerRound())
                        .toArray())
                .containsExactly(4, 8, 12, 16, 20, 20);
    }

    @Test
    void theRampLeavesTheStepsOfAnEpochAlone() {
        RunPlan plan = new RunPlan(50_000, 2, 64, 20, 1, 3);
        for (int epoch = 0; epoch < 5; epoch++) {
            EpochPlan each = plan.epoch(epoch);
            assertThat(IntStream.range(0, each.rounds()).map(each::steps).sum()).isEqualTo(390);
        }
        assertThat(plan.stepsPerEpoch()).isEqualTo(390);
    }

    @Test
    void stepsOfARunEndAtItsLimit() {
        // ⌊1000 / 20⌋ = 50 steps an epoch: rounds of 5 in the first, of 20, 20 and 10 from the second on.
        RunPlan plan = new RunPlan(1000, 2, 10, 20, 5, 1);
        assertThat(plan.steps(3, 0)).isEqualTo(150);
        assertThat(plan.steps(3, 100)).isEqualTo(150);
        assertThat(plan.steps(3, 4)).isEqualTo(20);
        assertThat(plan.steps(3, 10)).isEqualTo(50);
        assertThat(plan.steps(3, 12)).isEqualTo(90);
        assertThat(plan.steps(3, 13)).isEqualTo(100);
    }

    @Test
    void withoutARampAllEpochsAreAlike() {
        RunPlan plan = new RunPlan(1000, 2, 10, 20, 4, 0);
        assertThat(plan.epoch(0)).isEqualTo(plan.epoch(7)).isEqualTo(new EpochPlan(1000, 2, 10, 20));
    }

    @Test
    void refusesARampFromNothing() {
        assertThatThrownBy(() -> new RunPlan(1000, 2, 10, 20, 0, 3)).isInstanceOf(IllegalArgumentException.class);
    }
}
