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
    void withoutARampAllEpochsAreAlike() {
        RunPlan plan = new RunPlan(1000, 2, 10, 20, 4, 0);
        assertThat(plan.epoch(0)).isEqualTo(plan.epoch(7)).isEqualTo(new EpochPlan(1000, 2, 10, 20));
    }

    @Test
    void refusesARampFromNothing() {
        assertThatThrownBy(() -> new RunPlan(1000, 2, 10, 20, 0, 3)).isInstanceOf(IllegalArgumentException.class);
    }
}
