package io.dcd.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dcd.train.checkpoint.ModelState;
import io.dcd.train.checkpoint.Progress;
import org.junit.jupiter.api.Test;

class MovingAverageTest {
    @Test
    void aRoundOfManyStepsCountsAsManySteps() {
        MovingAverage average = new MovingAverage(0.99);
        float[] oneRound = average.next(state(10_000, 1), new float[] {3}, 10_020);
        float[] steps = {1};
        for (int i = 0; i < 20; i++) {
            steps = average.next(state(10_000 + i, steps), new float[] {3}, 10_001 + i);
        }
        assertThat(oneRound[0]).isCloseTo((float) (3 - 2 * Math.pow(0.99, 20)), within(1e-6f));
        // Twenty roundings to float32.
        assertThat(steps[0]).isCloseTo(oneRound[0], within(1e-5f));
    }

    @Test
    void initialParametersAreSoonForgotten() {
        MovingAverage average = new MovingAverage(0.9999);
        ModelState begin = new ModelState(Progress.START, new float[] {100}, new float[1]);
        // After one step 2/11 of the beginning are left.
        assertThat(average.next(begin, new float[] {0}, 1)[0]).isCloseTo(100 * 2f / 11, within(1e-4f));
    }

    @Test
    void withoutADecayThereIsNone() {
        assertThat(new MovingAverage(0).next(state(5, 1), new float[] {3}, 6)).isEmpty();
    }

    private static ModelState state(long step, float... average) {
        Progress progress = Progress.START.after(step, step, false);
        return new ModelState(progress, new float[] {0}, new float[1], new float[0], average);
    }
}
