package io.dcd.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class EvaluationCountsTest {
    private static final float NAN = Float.NaN;

    @Test
    void countsTheHighestAndTheFiveHighest() {
        float[] logits = {9, 0, 7, 6, 5, 4, 3, 8};
        assertThat(counts(logits, 0)).isEqualTo("1 1");
        assertThat(counts(logits, 7)).isEqualTo("0 1");
        assertThat(counts(logits, 4)).isEqualTo("0 1");
        assertThat(counts(logits, 5)).isEqualTo("0 0");
        assertThat(counts(logits, 1)).isEqualTo("0 0");
    }

    @Test
    void amongEqualScoresTheLowerClassWins() {
        float[] logits = {1, 1, 1, 1, 1, 1, 1};
        assertThat(counts(logits, 0)).isEqualTo("1 1");
        assertThat(counts(logits, 1)).isEqualTo("0 1");
        assertThat(counts(logits, 4)).isEqualTo("0 1");
        assertThat(counts(logits, 5)).isEqualTo("0 0");
    }

    @Test
    void scoresThatAreNoNumbersNeverMakeALabelRight() {
        assertThat(counts(new float[] {NAN, NAN, NAN, NAN, NAN, NAN}, 0)).isEqualTo("0 0");
        assertThat(counts(new float[] {NAN, 1, 2, 3, 4, 5}, 0)).isEqualTo("0 0");
        assertThat(counts(new float[] {9, NAN, 2, 3, 4, 5}, 0)).isEqualTo("0 1");
    }

    @Test
    void lossIsTheCrossEntropyOfTheSoftmax() {
        float[] rows = {0, 0, 100, 98, 99, 97};
        EvaluationCounts counts = EvaluationCounts.NONE.plus(rows, 0, 2, 1).plus(rows, 2, 4, 2);
        double second = Math.log(1 + Math.exp(-2) + Math.exp(-1) + Math.exp(-3)) + 1;
        assertThat(counts.loss()).isCloseTo(Math.log(2) + second, within(1e-12));
        assertThat(counts.images()).isEqualTo(2);
    }

    private static String counts(float[] logits, int label) {
        EvaluationCounts counts = EvaluationCounts.NONE.plus(logits, 0, logits.length, label);
        return counts.top1() + " " + counts.top5();
    }
}
