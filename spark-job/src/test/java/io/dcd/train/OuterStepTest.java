package io.dcd.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.graph.Parameter;
import io.dcd.settings.SettingsLoader;
import java.util.List;
import org.junit.jupiter.api.Test;

class OuterStepTest {
    private static final List<Parameter> PARAMETERS = List.of(
            new Parameter("layer", "W", 0, List.of(2), Parameter.Kind.WEIGHT),
            new Parameter("layer", "variance", 2, List.of(1), Parameter.Kind.STATISTIC));

    @Test
    void byDefaultTheMeanIsTakenAsItIs() {
        float[] mean = {0.1f, 0.2f, 0.3f};
        assertThat(step(0, 1).take(new float[] {5, 6, 7}, mean, new float[0])).isEmpty();
        assertThat(mean).containsExactly(0.1f, 0.2f, 0.3f);
    }

    @Test
    void theStepHasMomentumButRunningStatisticsHaveNone() {
        OuterStep outer = step(0.5, 2);
        float[] mean = {3, 1, 9};
        float[] first = outer.take(new float[] {1, 1, 1}, mean, new float[0]);
        assertThat(first).as("2·(θ̄ − θ)").containsExactly(4, 0, 0);
        assertThat(mean).containsExactly(5, 1, 9);

        float[] next = {6, 2, 8};
        float[] second = outer.take(mean, next, first);
        assertThat(second).as("½·Δ + 2·(θ̄ − θ)").containsExactly(4, 2, 0);
        assertThat(next).containsExactly(9, 3, 8);
        assertThat(first).as("a state is never changed").containsExactly(4, 0, 0);
    }

    private static OuterStep step(double momentum, double rate) {
        return new OuterStep(
                new SettingsLoader()
                        .assignment("averaging.outer-momentum=" + momentum)
                        .assignment("averaging.outer-rate=" + rate)
                        .load()
                        .averaging(),
                PARAMETERS);
    }
}
